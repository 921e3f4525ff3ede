/** Explains a call that was made, of its receipt alone: why it went as it did, in order. */
import type { AccessNote, RateNote } from '../../core/receipt.ts'
import type { Rule } from '../../record/rule.ts'
import type { AttemptRead, CandidateRead, ChoiceRead, ReceiptView, RecordRead } from '../../wire/receipt/view.ts'
import type { ChosenOrNot, Explanation, Replayed, StepTold } from './explanation.ts'
import { nextSteps, RETRY_REFUSALS } from './next-steps.ts'
import { replayedBackend, replayedChoice } from './replay.ts'
import { labelOf } from './why.ts'

/** @param rule that was obeyed, as it stood then; `undefined` where nobody has it. */
export function explain(receipt: ReceiptView, rule?: Rule): Explanation {
  const isWhole = !receipt.leftOut?.some((name) => CHOICE_FIELDS.includes(name))
  const choices = receipt.choices.map((choice) => ({ choice, again: replayedChoice(choice, isWhole) }))
  return {
    summary: summaryOf(receipt),
    steps: [
      ...decisionSteps(receipt),
      ...choices.map(({ choice, again }) => attemptStep(choice, again.compared, receipt)),
      ...endSteps(receipt),
    ],
    replayed: [
      ...backendAgain(receipt, rule),
      ...choices.map(({ choice, again }): Replayed => {
        const what = `endpoint of attempt ${choice.attempt}`
        const { endpoint, because } = again
        if (endpoint === undefined) return { what, observed: choice.chosen, because }
        return { what, observed: choice.chosen, again: endpoint, agrees: isSame(choice, endpoint) }
      }),
    ],
    next: nextSteps(receipt),
    receipt,
  }
}

/** Without these a choice cannot be made again. */
const CHOICE_FIELDS = ['choices', 'candidates', 'rounds', 'among', 'draws']

/** What the balancer took last is what was chosen. */
function isSame({ chosen, rounds, candidates }: ChoiceRead, again: string): boolean {
  const last = rounds.at(-1)
  return again === (last?.chosen === undefined ? chosen : candidates[last.chosen]?.endpoint)
}

function summaryOf({ service = 'A name', error, detail, attempts, tookMs, deadlineLeftMs }: ReceiptView): string {
  const many = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`
  const time = `after ${many} in ${ms(tookMs)}`
  if (error !== undefined) return `${service}: ${error} ${time}.${detail === undefined ? '' : ` ${detail}`}`
  const last = attempts.at(-1)
  if (!last) return `${service} was answered without an endpoint in ${ms(tookMs)}.`
  const late =
    deadlineLeftMs !== undefined && deadlineLeftMs !== null && deadlineLeftMs <= 0 ? ' No time was left.' : ''
  return `${service} answered ${last.status ?? last.outcome ?? 'nothing'} ${time}.${late}`
}

function decisionSteps(receipt: ReceiptView): StepTold[] {
  const {
    path,
    service,
    records,
    key,
    rule,
    backend,
    backendDraws,
    skipped,
    override,
    access = [],
    rates = [],
  } = receipt
  const chance = backendDraws?.length
    ? `, chosen by its weight (chance gave ${backendDraws.map((draw) => draw.toFixed(4)).join(', ')})`
    : ''
  return [
    { what: 'name', said: [path.length > 1 ? path.join(' → ') : (path[0] ?? service ?? 'unknown')] },
    { what: 'records', said: records.map((record) => recordText(record, key)) },
    ...(override === undefined ? [] : [{ what: 'override', said: [overrideText(override)] }]),
    ...(rule === undefined ? [] : [{ what: 'rule', said: [rule] }]),
    ...(access.length === 0 ? [] : [{ what: 'access', said: access.map(accessText) }]),
    ...(rates.length === 0 ? [] : [{ what: 'rate', said: rates.map(rateText) }]),
    ...(backend === undefined ? [] : [{ what: 'backend', said: [backend + chance] }]),
    ...(skipped.length === 0
      ? []
      : [{ what: 'unreachable', said: skipped.map(({ endpoint, reason }) => `${endpoint}: ${reason}`) }]),
  ]
}

function overrideText({ to, by, ignored }: NonNullable<ReceiptView['override']>): string {
  return ignored === undefined ? `${to ?? 'another record'}, for ${by ?? 'nobody known'}` : `not applied: ${ignored}`
}

function accessText({ record, rule, effect, mode, proof }: AccessNote): string {
  const verdict = effect === 'allow' ? 'allowed' : mode === 'audit' ? 'would be denied, and was let in' : 'denied'
  const by = rule === 'default' ? 'by default' : `by the rule ${rule}`
  return `${record}: ${verdict} ${by} (proof: ${proof})`
}

function rateText({ record, per, by, effect, unavailable }: RateNote): string {
  const counted = unavailable === undefined ? `counted by ${by}` : `not counted: ${unavailable}`
  return `${record}, per ${per}: ${effect === 'allow' ? 'let in' : 'refused'}, ${counted}`
}

function recordText({ key, revision, freshness, refused }: RecordRead, obeyed: string | undefined): string {
  const which =
    revision === undefined ? 'no record' : revision === null ? 'no revision: written by hand' : `revision ${revision}`
  const age = freshness === undefined || freshness === 'fresh' ? '' : `, ${freshness}`
  const older = refused === undefined ? '' : `; a newer one is refused: ${refused}`
  return `${key}: ${which}${age}${key === obeyed ? ', obeyed' : ''}${older}`
}

function attemptStep(choice: ChoiceRead, compared: ReadonlySet<number>, receipt: ReceiptView): StepTold {
  const { attempt, chosen, algorithm, candidates } = choice
  const made = receipt.attempts.find(({ number, endpoint }) => number === attempt && endpoint === chosen)
  const first = chosen === undefined ? 'No endpoint was chosen.' : `${chosen}, by ${algorithm}`
  return {
    what: `attempt ${attempt}`,
    said: [first, ...(made ? [attemptText(made)] : [])],
    candidates: candidates.map((candidate, index) => chosenOrNot(candidate, choice, compared.has(index))),
  }
}

function attemptText({ startedMs, tookMs, outcome, blame, status, reason, isCold }: AttemptRead): string {
  const what = [
    outcome ?? 'still under way when the answer left',
    status === undefined ? '' : `status ${status}`,
    blame === undefined || blame === 'nobody' ? '' : `blame: ${blame}`,
    isCold ? 'it was asleep before' : '',
  ]
  const said = what.filter((one) => one !== '').join(', ')
  return `from ${ms(startedMs)} on, ${ms(tookMs)}: ${said}${reason === undefined ? '' : `. ${reason}`}`
}

function chosenOrNot(candidate: CandidateRead, choice: ChoiceRead, isCompared: boolean): ChosenOrNot {
  const { endpoint, weight, inFlight, latencyMs } = candidate
  const isChosen = endpoint === choice.chosen
  return { endpoint, weight, inFlight, latencyMs, isChosen, why: whyOf(candidate, choice, isChosen, isCompared) }
}

function whyOf(
  { state, ejectedUntil, skipped, cost }: CandidateRead,
  { rounds, at, candidates, algorithm }: ChoiceRead,
  isChosen: boolean,
  isCompared: boolean,
): string {
  const price = algorithm === 'peak-ewma' && isCompared ? `, cost ${Math.round(cost * 10) / 10}` : ''
  if (isChosen) {
    if (rounds.length === 0)
      return state === 'probed' ? 'chosen: it was ejected, and its time was up' : 'chosen: the session belongs here'
    if (rounds.length > 1) return `chosen: who was drawn first is full${price}`
    if (candidates.length === 1) return 'chosen: it is the only one'
    return rounds[0]?.among.length === 1 ? 'chosen: no other was left' : `chosen${price}`
  }
  switch (skipped) {
    case 'ejected':
      return ejectedUntil === undefined ? 'ejected' : `ejected for another ${ms(ejectedUntil - at)}`
    case 'full':
      return 'it has as many in flight as it may'
    case 'tried':
      return 'it was tried before, for this call'
    case 'farther':
      return 'it is farther away'
    default:
      return isCompared ? `compared, and not taken${price}` : 'not drawn'
  }
}

function endSteps(receipt: ReceiptView): StepTold[] {
  const {
    hedged,
    retriesUsed,
    retryRefused,
    budgetLeft,
    allowanceLeft,
    deadlineLeftMs,
    unread,
    leftOut,
    tookMs,
    targetMs,
  } = receipt
  const retry = [
    `${retriesUsed} used`,
    ...(hedged ? ['a second attempt was sent beside a slow one (hedge)'] : []),
    ...(retryRefused === undefined ? [] : [`no further one: ${RETRY_REFUSALS[retryRefused]} (${retryRefused})`]),
  ]
  const left = [
    ...(budgetLeft === undefined
      ? []
      : [`retry budget: ${budgetLeft === null ? 'without bound' : Math.round(budgetLeft * 100) / 100}`]),
    ...(allowanceLeft === undefined ? [] : [`retry allowance: ${allowanceLeft}`]),
    ...(deadlineLeftMs === undefined
      ? []
      : [`time: ${deadlineLeftMs === null ? 'without bound' : ms(deadlineLeftMs)}`]),
  ]
  const all: StepTold[] = [
    { what: 'retries', said: retry },
    { what: 'left', said: left },
    { what: 'time', said: [`${ms(tookMs)}, of which endpoints took ${ms(targetMs)}`] },
    { what: 'not read', said: unread?.map((header) => `${header}: it is no deadline that can be read`) ?? [] },
    {
      what: 'left out',
      said: leftOut?.length ? [`The receipt was too long for a header: ${leftOut.join(', ')}.`] : [],
    },
  ]
  return all.filter(({ said }) => said.length > 0)
}

function backendAgain({ backend, backendDraws }: ReceiptView, rule: Rule | undefined): Replayed[] {
  if (backend === undefined && !backendDraws?.length) return []
  if (!backendDraws?.length) return [{ what: 'backend', observed: backend, because: 'Nothing was left to chance.' }]
  if (!rule)
    return [
      {
        what: 'backend',
        observed: backend,
        because: 'The weights stand in the record, which a receipt does not hold.',
      },
    ]
  try {
    const again = replayedBackend(rule, backendDraws)
    return [{ what: 'backend', observed: backend, again, agrees: again === backend }]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [
      {
        what: 'backend',
        observed: backend,
        because: 'The record at hand has other backends than the one that was obeyed.',
      },
    ]
  }
}

function ms(value: number): string {
  return value >= 10_000 ? `${Math.round(value / 100) / 10} s` : `${Math.round(value * 10) / 10} ms`
}

/** The rule of this label in a record. */
export function ruleNamed(rules: readonly Rule[], label: string | undefined): Rule | undefined {
  return rules.find((rule, index) => labelOf(rule, index) === label)
}
