/** settle: tells the caller how many retries its call used, and what the mesh did besides a single attempt. */
import type { Allowance } from '../../core/allowance.ts'
import { observer } from '../../core/engine/stack.ts'
import type { Receipt } from '../../core/receipt.ts'
import { outcomeIn } from '../../wire/answer/ending.ts'
import { RETRIES_USED, RETRYABLE } from '../../wire/answer/fates.ts'
import { remade } from '../../wire/answer/remade.ts'
import { statusOf } from '../../wire/answer/status.ts'
import { PROXY_STATUS } from '../../wire/headers.ts'
import { proxyStatus } from '../../wire/problem/proxy-status.ts'
import { shortOf } from '../../wire/problem/short-of.ts'

interface SettleNeeds {
  readonly receipt: Receipt
  /** The allowance of the caller, if it granted one. Then the answer must say what was used. */
  readonly allowance: Allowance | undefined
}

/** Above rescue: an error must say what was used, too. */
export const settle = observer<SettleNeeds>('settle', {
  answered: (response, { receipt, allowance }) => settled(response, allowance, receipt),
})

/** The response with the headers for the caller. The same response where there is nothing to say. */
export function settled(response: Response, allowance: Allowance | undefined, receipt: Receipt): Response {
  const used = allowance ? allowance.close() : receipt.retriesUsed
  const details = changesOf(receipt)
  if (!allowance && used === 0 && details === undefined) return response
  const answer = remade(response)
  if (!answer) return response
  if (allowance || used > 0) answer.headers.set(RETRIES_USED, String(used))
  // The retry budget refused, and the record says "whenEmpty": "stop": the hops above must not retry either.
  if (allowance?.isExhausted && outcomeIn(response, statusOf(response, response.headers)) !== 'success')
    answer.headers.set(RETRYABLE, 'false')
  if (details !== undefined) {
    answer.headers.append(PROXY_STATUS, proxyStatus({ receivedStatus: response.status, details }))
  }
  return answer
}

function changesOf(receipt: Receipt): string | undefined {
  const { attempts, refusedRecord, error } = receipt
  // An error of the mesh says by itself what went wrong.
  if (error !== undefined) return undefined
  const changes: string[] = []
  if (attempts.length > 1) changes.push(`${attempts.length} attempts were made`)
  // Not why it was refused: that is for the operator, who finds it in the log.
  if (refusedRecord !== undefined) changes.push('the newest record was refused and the last good one serves')
  const short = shortOf(receipt)
  if (short) changes.push(short)
  return changes.length > 0 ? changes.join('; ') : undefined
}
