/** The mesh as a proxy: what comes from outside is forwarded to the name it means. */
import { type Arrival, accept } from './accept.ts'
import type { Called } from './name.ts'
import { type MeshOptions, withDefaults } from './options.ts'
import { caller, inbound } from './stack.ts'

/** Answers a request that arrived. */
export type Forward = (request: Request, arrival: Arrival) => Promise<Response>

/** @param identify which service a request means; it throws a MeshError where it means none. */
export function proxy(options: MeshOptions, identify: (request: Request) => Called): Forward {
  const settings = withDefaults(options)
  const call = caller(settings)
  const enter = inbound(settings, async function forward(request, context) {
    const { signal } = context
    return call(request, { ...context, ...identify(request), signals: signal ? [signal] : [] })
  })
  return (request, arrival) => enter(request, accept(request, arrival, settings))
}
