/** Traces as a collector gets them: of the built Worker with `otlp`, of a Node service with OpenTelemetry's own SDK behind it, and through Lambda. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundled } from '../../src/cli/dev/bundled.ts'
import { eventually } from '../support/eventually.ts'
import { KEYS, type LambdaFake, REGION, startLambda } from '../support/lambda-fake.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { type LoopbackCollector, startCollector } from '../support/otlp-collector.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SECRET = 'hunter2'
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = (traceId: string, flags = '01') => `00-${traceId}-00f067aa0ba902b7-${flags}`

let collector: LoopbackCollector
let service: Awaited<ReturnType<typeof startService>>
let lambda: LambdaFake
let mesh: MeshWorker
const said: string[] = []

/** A service with OpenTelemetry's SDK, which exports to the same collector. */
async function startService() {
  const exporter = {
    export(spans: ReadableSpan[], done: (result: { code: number }) => void) {
      const body = JsonTraceSerializer.serializeRequest(spans) as BodyInit
      fetch(`${collector.url}/v1/traces`, { method: 'POST', body }).then(
        () => done({ code: 0 }),
        () => done({ code: 1 }),
      )
    },
    shutdown: async () => {},
  }
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('users')
  const server = createServer((request, response) => {
    const [, traceId = '', spanId = '', flags = ''] = String(request.headers.traceparent).split('-')
    const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
    const span = tracer.startSpan('users', { kind: SpanKind.SERVER }, trace.setSpanContext(ROOT_CONTEXT, parent))
    response.writeHead(request.url === '/bad' ? 503 : 200).end('ok')
    span.end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((closed) => server.close(closed))
    },
  }
}

beforeAll(async () => {
  collector = await startCollector()
  service = await startService()
  lambda = await startLambda()
  mesh = await startMesh({
    source: await bundled('examples/traced/worker.ts', root),
    vars: { OTLP_ENDPOINT: collector.url, OTLP_HEADERS: `authorization=Bearer%20${SECRET}`, ...KEYS },
    records: {
      users: {
        endpoints: [service.url],
        retry: { attempts: 1 },
        rules: [{ name: 'all', matches: [{ path: { value: '/' } }] }],
      },
      hello: { endpoints: [{ lambda: { function: 'hello', region: REGION, secret: 'AWS', endpointUrl: lambda.url } }] },
    },
    onLog: (line) => said.push(line),
  })
})
afterAll(async () => {
  await mesh?.dispose()
  await Promise.all([service?.close(), lambda?.close(), collector?.close()])
})

const spansOf = (traceId: string) => collector.spans().filter((span) => span.traceId === traceId)

it('has one trace from the Worker through a service with an SDK of its own', async () => {
  const answer = await mesh.call('/svc/users/4711', { headers: { traceparent: traceparent(TRACE_ID) } })
  expect(answer.status).toBe(200)
  const spans = await eventually('four spans are there', () => spansOf(TRACE_ID).length === 4 && spansOf(TRACE_ID))
  const named = (kind: number, name: string) => spans.find((span) => span.kind === kind && span.name === name)
  const request = named(2, 'GET /*')
  const call = named(1, 'call users')
  const attempt = named(3, 'GET /*')
  expect(request?.parentSpanId).toBe('00f067aa0ba902b7')
  expect(call?.parentSpanId).toBe(request?.spanId)
  expect(attempt?.parentSpanId).toBe(call?.spanId)
  expect(named(2, 'users')?.parentSpanId).toBe(attempt?.spanId)
  expect(request?.values).toMatchObject({ 'http.route': '/*', 'selvedge.service': 'users', 'selvedge.rule': 'all' })
  expect(attempt?.values).toMatchObject({ 'server.address': '127.0.0.1', 'http.response.status_code': 200 })
})

it('exports what failed, though its caller does not sample it', async () => {
  const quiet = TRACE_ID.replace('4b', '5b')
  const failed = TRACE_ID.replace('4b', '6b')
  await mesh.call('/svc/users/', { headers: { traceparent: traceparent(quiet, '00') } })
  await mesh.call('/svc/users/bad', { headers: { traceparent: traceparent(failed, '00') } })
  const spans = await eventually('the failed trace is there', () => spansOf(failed).length >= 4 && spansOf(failed))
  expect(spans.filter(({ kind }) => kind === 3).map(({ values }) => values['selvedge.attempt'])).toEqual([1, 2])
  expect(spans.find(({ kind }) => kind === 1)?.values['selvedge.retry_refused']).toBe('attempts')
  expect(spansOf(quiet)).toEqual([])
})

it('hands the trace on to a Lambda function, among the headers of its event', async () => {
  const traceId = TRACE_ID.replace('4b', '7b')
  const events: { headers: Record<string, string> }[] = []
  lambda.functions = {
    hello: (event: { headers: Record<string, string> }) => {
      events.push(event)
      return { statusCode: 200, body: 'hello' }
    },
  }
  expect((await mesh.call('/svc/hello/', { headers: { traceparent: traceparent(traceId) } })).status).toBe(200)
  const spans = await eventually('three spans are there', () => spansOf(traceId).length === 3 && spansOf(traceId))
  const attempt = spans.find(({ kind }) => kind === 3)
  expect(events[0]?.headers.traceparent).toBe(`00-${traceId}-${attempt?.spanId}-01`)
  expect(attempt?.values['selvedge.endpoint']).toContain('lambda:')
})

it('sends the headers that it was given, and tells nobody of them', () => {
  expect(collector.exports.some(({ headers }) => headers.get('authorization') === `Bearer ${SECRET}`)).toBe(true)
  expect([...said, ...mesh.said].join()).not.toContain(SECRET)
  for (const { text } of collector.exports) expect(text).not.toMatch(/hunter2|4711/)
})
