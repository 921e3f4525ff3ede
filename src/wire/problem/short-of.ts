/** Why a call was not tried again that might have been: what the mesh was short of. */
import type { Receipt, RetryRefusal } from '../../core/receipt.ts'

const SHORT_OF: Partial<Record<RetryRefusal, string>> = {
  budget: 'the retry budget is empty',
  allowance: 'the retry allowance is used up',
  deadline: 'too little time is left',
  subrequests: 'no subrequest is left',
}

/** In words for callers. An error that speaks of time itself needs none. */
export function shortOf({ retryRefused, error }: Receipt): string | undefined {
  const what = retryRefused && !error?.startsWith('deadline') ? SHORT_OF[retryRefused] : undefined
  return what && `not tried again: ${what}`
}
