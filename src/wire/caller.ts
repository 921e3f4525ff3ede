/** Who calls, as a service binding says it: `props = { caller = "checkout" }` in the caller's configuration. */
import { type Caller, NAMELESS, STRANGER } from '../core/caller.ts'
import { isServiceName } from '../core/endpoint.ts'
import { CALLER } from './headers.ts'

interface Props {
  readonly caller?: unknown
  readonly vouches?: unknown
}

/**
 * - `public`: anyone can come by it.
 * - `members`: only Workers of the account can.
 * - `trusted`: whoever runs it says that its callers belong to the mesh.
 */
export type Entrance = 'public' | 'members' | 'trusted'

/**
 * Who sent a request, as far as its binding shows it. A binding with `props = { vouches = true }` is one of a mesh, which says
 * in `selvedge-caller` for whom it calls; so does a trusted entrance. Of any other that header is not read.
 *
 * @param ctx of a Worker. Only whoever deploys the binding can set its `props`. A request cannot: from outside they are `{}`.
 */
export function readCaller(
  request: { readonly headers: { get(name: string): string | null } },
  ctx: { readonly props?: unknown } | undefined,
  entrance: Entrance,
): Caller {
  const { caller, vouches }: Props = ctx?.props ?? {}
  if (isName(caller)) return { name: caller, proof: 'binding' }
  if (vouches === true || entrance === 'trusted') {
    const said = request.headers.get(CALLER)
    return isName(said) ? { name: said, proof: 'vouched' } : NAMELESS
  }
  return entrance === 'members' ? NAMELESS : STRANGER
}

/**
 * The name that the caller's binding says.
 *
 * @throws {Error} that says what is missing: the caller's own log has it.
 */
export function namedByBinding({ props }: { readonly props?: unknown }): string {
  const { caller }: Props = props ?? {}
  if (isName(caller)) return caller
  throw new Error('The binding names no caller: props = { caller = "…" }.')
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && isServiceName(value)
}
