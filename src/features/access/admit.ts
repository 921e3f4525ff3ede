/** Admits a caller to a service, or says why not. */
import type { Proof } from '../../core/caller.ts'
import { MeshError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { AccessNote, Receipt } from '../../core/receipt.ts'
import type { Judge } from './judge.ts'

/** A service whose record says who may call. */
export interface Guarded<Asked> {
  readonly judge: Judge<Asked> | undefined
  /** The registry key of its record. */
  readonly recordKey: string
}

/** Of the caller, and where it is told. */
export interface AuthorizeNeeds {
  readonly caller: string | undefined
  readonly proof: Proof
  readonly receipt: Receipt
}

/**
 * @throws {MeshError} `caller_unknown` where a name would help, `caller_denied` where none does.
 */
export function admit<Asked extends { readonly method: string; readonly path: string }>(
  { judge, recordKey }: Guarded<Asked>,
  asked: Asked,
  { caller, proof, receipt }: AuthorizeNeeds,
  log: Log,
): void {
  if (!judge) return
  const { effect, rule, wantsName } = judge.judge(caller, asked)
  const note: AccessNote = { record: recordKey, rule: rule ?? 'default', effect, mode: judge.mode, proof }
  receipt.access = [...(receipt.access ?? []), note]
  if (effect === 'allow') return
  const who = caller === undefined ? 'a caller without a name' : `"${caller}"`
  const why = rule === undefined ? 'no rule allows it, and the default is deny' : `rule "${rule}" denies it`
  const message = `${recordKey} does not let ${who} (proof: ${proof}) do ${asked.method} ${asked.path}: ${why}.`
  if (judge.mode === 'enforce') throw new MeshError(wantsName ? 'caller_unknown' : 'caller_denied', message)
  log({ level: 'warn', event: 'would_deny', service: receipt.service, key: recordKey, caller, message })
}
