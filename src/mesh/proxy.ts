/** The mesh as a proxy: what comes from outside is forwarded to the name it means. */
import { uploadOf } from '../core/bytes/upload.ts'
import { pickHeaders } from '../wire/picked.ts'
import { type Arrival, type Arrived, accept, type Defer } from './accept.ts'
import { named } from './call-context.ts'
import type { Called } from './called-host.ts'
import { type MeshOptions, withDefaults } from './options.ts'
import { caller, inbound } from './stack.ts'

/** A request that arrived. */
export interface Forwarded extends Arrival {
  readonly defer: Defer
  /** Which service it means; throws a MeshError where it means none. */
  identify(): Called
}

export type Forward = (request: Request, forwarded: Forwarded) => Promise<Response>

export function proxy(options: MeshOptions): Forward {
  const settings = withDefaults(options)
  const call = caller(settings)
  const enter = inbound(settings, function forward(request, context: Arrived<Forwarded>) {
    const {
      caller,
      proof,
      receipt,
      trace,
      deadline,
      priority,
      arrival,
      headers = pickHeaders(request.headers),
    } = context
    const { name, path, mountLength } = arrival.identify()
    return call(
      request,
      named(context, {
        name,
        caller,
        proof,
        path,
        mountLength,
        headers,
        receipt,
        trace,
        deadline,
        priority,
        defer: arrival.defer,
        upload: uploadOf(request, settings.clock, true),
        signals: () => [request.signal],
      }),
    )
  })
  return (request, forwarded) => enter(request, accept(request, forwarded, settings))
}
