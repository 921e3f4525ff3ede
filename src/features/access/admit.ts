/** Admits a caller to a service, or says why not. */
import type { Proof } from '../../core/caller.ts'
import { type ErrorExtra, MeshError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { AccessNote, Receipt } from '../../core/receipt.ts'
import type { Claims, Judge } from './judge.ts'

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
  /** What the token of a guest says. */
  readonly claims?: Claims | undefined
}

/**
 * @param realm the trust domain, where the mesh has one: a 401 names it.
 * @throws {MeshError} `caller_unknown` where a name would help, `caller_denied` where none does.
 */
export function admit<Asked extends { readonly method: string; readonly path: string }>(
  { judge, recordKey }: Guarded<Asked>,
  asked: Asked,
  { caller, proof, receipt, claims }: AuthorizeNeeds,
  log: Log,
  realm?: string,
): void {
  if (!judge) return
  const { effect, rule, wantsName, lacks } = judge.judge(caller, asked, claims)
  const note: AccessNote = { record: recordKey, rule: rule ?? 'default', effect, mode: judge.mode, proof }
  receipt.access = [...(receipt.access ?? []), note]
  if (effect === 'allow') return
  const who = caller === undefined ? 'a caller without a name' : `"${caller}"`
  const why = rule === undefined ? 'no rule allows it, and the default is deny' : `rule "${rule}" denies it`
  const message = `${recordKey} does not let ${who} (proof: ${proof}) do ${asked.method} ${asked.path}: ${why}.`
  if (judge.mode === 'enforce') {
    const extra = challenge(realm, wantsName, lacks)
    throw new MeshError(wantsName ? 'caller_unknown' : 'caller_denied', message, extra && { extra })
  }
  log({ level: 'warn', event: 'would_deny', service: receipt.service, key: recordKey, caller, message })
}

/** RFC 6750 §3: to say who one is; and of a token that says too little, what it would have to say. */
function challenge(
  realm: string | undefined,
  wantsName: boolean,
  lacks: readonly string[] | undefined,
): ErrorExtra | undefined {
  if (realm === undefined || !(wantsName || lacks)) return undefined
  const scope = lacks && lacks.length > 0 ? `, scope="${lacks.join(' ').replaceAll(/["\\]/g, '')}"` : ''
  const value = `Bearer realm="${realm}"${lacks ? `, error="insufficient_scope"${scope}` : ''}`
  return { headers: { 'www-authenticate': value }, members: {} }
}
