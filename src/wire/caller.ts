/** Who calls, as a service binding says it: `props = { caller = "checkout" }` in the caller's configuration. */
import { isServiceName, type ServiceName } from '../core/endpoint.ts'

/**
 * The name of the caller; `undefined` where none is said, or what is said is no name.
 *
 * @param ctx of a Worker. Its `props` are set by whoever deploys the binding, and nobody's request can: `{}` from outside.
 */
export function readCaller(ctx: { readonly props?: unknown }): ServiceName | undefined {
  const { caller } = (ctx.props ?? {}) as { readonly caller?: unknown }
  return typeof caller === 'string' && isServiceName(caller) ? caller : undefined
}
