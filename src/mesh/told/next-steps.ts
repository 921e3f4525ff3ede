/** What to do after a call that went wrong, and the page that says more. */
import type { RetryRefusal } from '../../core/receipt.ts'
import type { ReceiptView } from '../../wire/receipt/view.ts'
import type { NextStep } from './explanation.ts'

/** Of a refused retry: what it was short of. docs/retries.md has the whole table. */
export const RETRY_REFUSALS: Readonly<Record<RetryRefusal, string>> = {
  attempts: 'the rule allows no further attempt',
  allowance: 'the retries that the caller granted are used up',
  budget: 'the retry budget of the isolate is empty, or its last five attempts failed',
  deadline: 'the time that was left does not hold another attempt',
  'not-replayable': 'the body was sent, and is too long to be kept',
  'not-idempotent': 'the method may do its work twice, and there is no idempotency key',
  pushback: 'the endpoint said not to',
  subrequests: 'the invocation may make no further subrequest',
}

export function nextSteps({ service, error, retryRefused, skipped, attempts, records }: ReceiptView): NextStep[] {
  const name = service ?? 'NAME'
  const steps: NextStep[] = []
  if (error !== undefined) steps.push({ do: `Look up what ${error} means.`, link: `docs/i-got-a-503.md#${error}` })
  if (skipped.length > 0) {
    steps.push({
      do: 'Give the Worker of the mesh the bindings that are missing.',
      link: 'docs/check.md#bindings-are-there',
    })
  }
  const blamed = [...new Set(attempts.flatMap(({ blame, endpoint }) => (blame === 'endpoint' ? [endpoint] : [])))]
  if (blamed.length > 0) {
    steps.push({
      do: `Look at ${blamed.join(' and ')}: what ${blamed.length === 1 ? 'it answered counts against it' : 'they answered counts against them'}.`,
      link: 'docs/reliability.md',
    })
  }
  if (retryRefused !== undefined) {
    steps.push({ do: `Read why it was not tried again: ${RETRY_REFUSALS[retryRefused]}.`, link: 'docs/retries.md' })
  }
  const refused = records.find((record) => record.refused !== undefined)
  if (refused) {
    steps.push({
      do: `Correct ${refused.key}: an older record served, since the newest is refused.`,
      link: 'docs/check.md#records-are-understood',
    })
  }
  if (error !== undefined || blamed.length > 0) {
    steps.push({
      do: `Ask what would become of the request now: selvedge resolve ${name}.`,
      link: 'docs/cli.md#selvedge-resolve',
    })
  }
  return steps
}
