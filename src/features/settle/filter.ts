/** Tells the caller what its call cost, and what the mesh changed its mind about. */
import type { Allowance } from '../../core/allowance.ts'
import { observer } from '../../core/engine/observer.ts'
import type { Receipt } from '../../core/receipt.ts'
import { outcomeIn } from '../../wire/answer/ending.ts'
import { RETRIES_USED, RETRYABLE } from '../../wire/answer/fates.ts'
import { remade } from '../../wire/answer/remade.ts'
import { statusOf } from '../../wire/answer/status.ts'
import { PROXY_STATUS } from '../../wire/headers.ts'
import { proxyStatus } from '../../wire/problem/proxy-status.ts'
import { shortOf } from '../../wire/problem/short-of.ts'

interface Needs {
  readonly receipt: Receipt
  /** What the caller granted, if it did: then it waits to hear what was used. */
  readonly allowance: Allowance | undefined
}

/** Above rescue: an error settles what was spent on it, too. */
export const settle = observer<Needs>('settle', {
  answered: (response, { receipt, allowance }) => settled(response, allowance, receipt),
})

/** The response with what the caller should hear of it; untouched where there is nothing to say. */
export function settled(response: Response, allowance: Allowance | undefined, receipt: Receipt): Response {
  const used = allowance ? allowance.close() : receipt.retriesUsed
  const details = changesOf(receipt)
  if (!allowance && used === 0 && details === undefined) return response
  const answer = remade(response)
  if (!answer) return response
  if (allowance || used > 0) answer.headers.set(RETRIES_USED, String(used))
  // What failed here for want of a budget is not to be tried again above.
  if (allowance?.isExhausted && outcomeIn(response, statusOf(response, response.headers)) !== 'success')
    answer.headers.set(RETRYABLE, 'false')
  if (details !== undefined) {
    answer.headers.append(PROXY_STATUS, proxyStatus({ receivedStatus: response.status, details }))
  }
  return answer
}

function changesOf(receipt: Receipt): string | undefined {
  const { attempts, refusedRecord, error } = receipt
  // An answer of our own says by itself what went wrong.
  if (error !== undefined) return undefined
  const changes: string[] = []
  if (attempts.length > 1) changes.push(`${attempts.length} attempts were made`)
  // Not what is wrong with it: that is for the operator, who finds it on the receipt.
  if (refusedRecord !== undefined) changes.push('the newest record was refused and the last good one serves')
  const short = shortOf(receipt)
  if (short) changes.push(short)
  return changes.length > 0 ? changes.join('; ') : undefined
}
