/** Traces, and the log where it is asked for, exported by OTLP/JSON over HTTP: a sink for a mesh, and a part of a Worker. */

import { templates } from './features/route/template.ts'
import { callTrace } from './features/trace/call.ts'
import { type OtlpOptions, type OtlpSink, otlpSink } from './telemetry/otlp/sink.ts'

export type { OtlpOptions, OtlpSink }

/**
 * @example
 * const sink = otlp({ url: env.OTLP_ENDPOINT, headers: env.OTLP_HEADERS, name: 'checkout' })
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, waitUntil, sink })
 *
 * @example
 * export default createWorker({ otlp })
 *
 * @throws {TypeError} for an address, headers or numbers that are none. It repeats nothing of headers and address.
 */
export function otlp(options: OtlpOptions): OtlpSink {
  const templateOf = templates()
  return otlpSink(options, {
    template: ({ route, asked }) => (route && asked ? templateOf(route.matches, asked.path) : undefined),
    calls: (tell) => callTrace(tell, options.share),
  })
}
