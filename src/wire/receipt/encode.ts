/** Writes a receipt, as the value of `selvedge-receipt`. */
import { toBase64url } from '../../core/text/base64url.ts'
import { cut } from './cut.ts'
import { MAX_RECEIPT_LENGTH, type Packed, RECEIPT_VERSION, SKIPS, STATES } from './form.ts'
import type { ReceiptView } from './view.ts'

/** 4,096 characters at most. */
export function encodeReceipt(view: ReceiptView): string {
  let text = written(view)
  for (let depth = 1; text.length > MAX_RECEIPT_LENGTH; depth++) text = written(cut(view, depth))
  return text
}

function written(view: ReceiptView): string {
  const ids = new Map<string, number>()
  const idOf = (endpoint: string) => {
    const id = ids.get(endpoint) ?? ids.size
    ids.set(endpoint, id)
    return id
  }
  const packed: Omit<Packed, 'ids'> = {
    ...view,
    choices: view.choices.map(({ candidates, chosen, ...choice }) => ({
      ...choice,
      candidates: candidates.map((one) => [
        idOf(one.endpoint),
        one.weight,
        STATES.indexOf(one.state),
        one.ejectedUntil ?? 0,
        one.inFlight,
        one.latencyMs ?? -1,
        one.cost,
        one.isCold ? 1 : 0,
        SKIPS.indexOf(one.skipped),
      ]),
      chosen: chosen === undefined ? undefined : idOf(chosen),
    })),
    attempts: view.attempts.map((attempt) => ({ ...attempt, endpoint: idOf(attempt.endpoint) })),
  }
  return `${RECEIPT_VERSION}.${toBase64url(JSON.stringify({ ...packed, ids: [...ids.keys()] }))}`
}
