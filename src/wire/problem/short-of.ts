/** Tells callers what was missing for another attempt. docs/retries.md has all reasons. */
import type { Receipt, RetryRefusal } from '../../core/receipt.ts'

const SHORT_OF: Partial<Record<RetryRefusal, string>> = {
  budget: 'the retry budget is empty',
  allowance: 'the retry allowance is used up',
  deadline: 'too little time is left',
  subrequests: 'no subrequest is left',
}

/** `undefined` where nothing was missing that a caller should know. An error of a deadline says it by itself. */
export function shortOf({ retryRefused, error }: Receipt): string | undefined {
  const what = retryRefused && !error?.startsWith('deadline') ? SHORT_OF[retryRefused] : undefined
  return what && `not tried again: ${what}`
}
