/** The name of the caller, from its service binding: `props = { caller = "checkout" }` in the caller's configuration. */
import { isServiceName, type ServiceName } from '../core/endpoint.ts'

/**
 * `undefined` where the binding has no name, or one that is not valid.
 *
 * @param ctx of a Worker. Only whoever deploys the binding can set its `props`. A request cannot: from outside they are `{}`.
 */
export function readCaller(ctx: { readonly props?: unknown }): ServiceName | undefined {
  const { caller } = (ctx.props ?? {}) as { readonly caller?: unknown }
  return typeof caller === 'string' && isServiceName(caller) ? caller : undefined
}
