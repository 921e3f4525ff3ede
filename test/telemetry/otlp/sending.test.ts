/** When spans are sent, which of them, how many are held, and what is said of it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { deadlineIn } from '../../../src/core/deadline.ts'
import { subrequests } from '../../../src/core/engine/subrequests.ts'
import { attemptNote, receipt } from '../../../src/core/receipt.ts'
import { openSpan } from '../../../src/core/span.ts'
import { type OtlpOptions, type OtlpSink, otlp } from '../../../src/otlp.ts'
import { createTestMesh, seeded, type VirtualClock, virtualClock } from '../../../src/testing.ts'
import { type Export, memoryCollector } from '../../support/otlp-collector.ts'

const SECRET = 'hunter2'
const NOT_SAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'

interface Given extends Partial<OtlpOptions> {
  answer?: (sent: Export) => Response | Promise<Response>
  maxSubrequests?: number
}

function given({ answer, maxSubrequests = 40, ...options }: Given = {}) {
  const collector = memoryCollector(answer)
  const sink = otlp({ url: 'https://otlp.example.com', fetch: collector.fetch, ...options })
  let status = 200
  const mesh = createTestMesh(
    { users: () => new Response(null, { status }) },
    { sink, log: sink.log ?? 'off', waitUntil: () => {}, maxSubrequests },
  )
  const works: Promise<unknown>[] = []
  const ctx = { waitUntil: (work: Promise<unknown>) => works.push(work), passThroughOnException() {} } as never
  const worker = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
  return {
    ...collector,
    sink,
    mesh,
    works,
    answering: (next: number) => {
      status = next
    },
    call: () => mesh.clock.run(mesh.fetch('http://users/')),
    serve: (headers: Record<string, string> = {}) =>
      mesh.clock.run(Promise.resolve(worker.fetch(new Request('https://front/', { headers }), {}, ctx))),
  }
}

const lines = () => vi.mocked(console.warn).mock.calls.map(([line]) => String(line))

afterEach(() => {
  vi.restoreAllMocks()
})

describe('when', () => {
  it('sends spans of two seconds together, in work that outlives the request', async () => {
    const { mesh, serve, exports, spans, works } = given()
    for (let request = 0; request < 5; request++) await serve()
    expect(exports).toEqual([])
    expect(works).toHaveLength(1)
    await mesh.clock.advance(1900)
    expect(exports).toEqual([])
    await mesh.clock.run(Promise.all(works))
    expect(exports).toHaveLength(1)
    expect(spans()).toHaveLength(15)
  })

  it('sends a whole batch at once', async () => {
    const { call, exports, mesh } = given()
    for (let calls = 0; calls < 256; calls++) await call()
    await mesh.clock.advance(0)
    expect(exports).toHaveLength(1)
  })

  it('keeps no request waiting, though the collector never answers', async () => {
    const { serve, exports, mesh, call } = given({ answer: () => new Promise(() => {}), timeoutMs: 1000 })
    await serve()
    await mesh.clock.advance(2000)
    const before = mesh.clock.now()
    for (let requests = 0; requests < 300; requests++) await call()
    expect(mesh.clock.now()).toBe(before)
    // One at a time.
    expect(exports).toHaveLength(1)
  })

  it('makes no call wait where nobody keeps its work', async () => {
    const { fetch, exports } = memoryCollector()
    const sink = otlp({ url: 'https://otlp.example.com', fetch })
    const mesh = createTestMesh({ users: () => new Response() }, { sink })
    const before = mesh.clock.now()
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(mesh.clock.now()).toBe(before)
    await mesh.clock.run(sink.flush())
    expect(exports).toHaveLength(1)
  })

  it('is taken up by another request, when the one that was to send is gone', async () => {
    const { mesh, serve, exports } = given({ timeoutMs: 1000 })
    const { after } = mesh.clock
    const gone = vi.spyOn(mesh.clock, 'after')
    gone.mockImplementation((ms, wake) => (ms === 2000 ? () => {} : after(ms, wake)))
    await serve()
    gone.mockRestore()
    await mesh.clock.advance(7000)
    expect(exports).toEqual([])
    await serve()
    await mesh.clock.advance(2000)
    expect(exports).toHaveLength(1)
  })

  it('spends of the subrequests of a request what it may, and nothing where none is left', async () => {
    const none = given({ maxSubrequests: 1 })
    await none.serve()
    await none.mesh.clock.advance(2000)
    // The attempt has taken it.
    expect(none.exports).toEqual([])
    const some = given({ maxSubrequests: 2 })
    await some.serve()
    await some.mesh.clock.advance(2000)
    expect(some.exports).toHaveLength(1)
  })

  it('sends no more requests than one request may spend, and the next one goes on', async () => {
    let isUp = false
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { exports, sink } = given({
      maxRequests: 2,
      answer: () => (isUp ? new Response('{}') : new Response(null, { status: 503, headers: { 'retry-after': '10' } })),
    })
    const clock = virtualClock()
    const tell = teller(sink, clock)
    for (let requests = 0; requests < 800; requests++) tell()
    await clock.advance(10_000)
    expect(exports).toHaveLength(1)
    isUp = true
    tell()
    await clock.advance(0)
    expect(exports).toHaveLength(3)
    tell()
    await clock.advance(0)
    expect(exports.length).toBeGreaterThan(3)
  })
})

describe('which', () => {
  it('samples a share of new traces, and says so to those beneath', async () => {
    const { mesh, call, spans, sink } = given({ share: 0.25 })
    for (let calls = 0; calls < 400; calls++) await call()
    await mesh.clock.run(sink.flush())
    await mesh.clock.run(sink.flush())
    const traces = new Set(spans().map(({ traceId }) => traceId))
    expect(traces.size).toBeGreaterThan(70)
    expect(traces.size).toBeLessThan(130)
    const flags = mesh.spans().map((span) => span.flags & 1)
    expect(new Set(flags)).toEqual(new Set([0, 1]))
    for (const span of mesh.spans()) expect((span.flags & 1) === 1).toBe(traces.has(span.traceId))
  })

  it('does as the caller says, whatever the share', async () => {
    const { mesh, serve, spans, sink } = given({ share: 0 })
    await serve({ traceparent: NOT_SAMPLED })
    await mesh.clock.run(sink.flush())
    expect(spans()).toEqual([])
    await serve({ traceparent: NOT_SAMPLED.replace(/00$/, '01') })
    await mesh.clock.run(sink.flush())
    expect(spans()).toHaveLength(3)
  })

  it('exports a trace that fails whole, though it was not sampled', async () => {
    const { mesh, serve, spans, sink, answering } = given()
    answering(503)
    await serve({ traceparent: NOT_SAMPLED })
    await mesh.clock.run(sink.flush())
    const kinds = spans().map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 2)).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 3).length).toBeGreaterThan(1)
    expect(new Set(spans().map(({ traceId }) => traceId)).size).toBe(1)
    // It says what was decided by who began the trace.
    expect(spans().map(({ flags }) => flags & 1)).toEqual(kinds.map(() => 0))
  })

  it('exports nothing of what it sends itself, where the collector stands behind the mesh', async () => {
    const { mesh, exports, serve, spans } = given()
    await serve()
    await mesh.clock.advance(2000)
    const own = exports[0]?.headers.get('traceparent') ?? ''
    await serve({ traceparent: own })
    await mesh.clock.advance(2000)
    expect(exports).toHaveLength(1)
    expect(spans()).toHaveLength(3)
  })
})

/** A request with an attempt, as the mesh would tell of them: no work but the sink's. */
function teller(sink: OtlpSink, clock: VirtualClock) {
  const random = seeded(7)
  const request = new Request('https://front.example.com/')
  return function tell() {
    const noted = { ...receipt(), service: 'users', key: 'services/users' }
    noted.attempts.push(attemptNote(1, 'https://eu.example.com', clock.now()))
    const telling = {
      clock,
      receipt: noted,
      deadline: deadlineIn(1000, clock),
      subrequests: subrequests(40),
      trace: undefined,
      background: () => {},
    }
    const server = openSpan('server', 'GET', undefined, clock.now(), random)
    const attempt = openSpan('client', 'https://eu.example.com', server, clock.now(), random)
    for (const span of [attempt, server])
      sink.span(Object.assign(span, { status: 200, outcome: 'success' }), telling, request)
  }
}

describe('how many', () => {
  const bytesUsed = () => {
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    return process.memoryUsage().heapUsed
  }

  it.each([
    ['takes everything', true, () => new Response('{}')],
    ['answers 503', false, () => new Response(null, { status: 503 })],
    ['never answers', false, () => new Promise<Response>(() => {})],
  ])(
    'holds less than 4 MB of 10,000 spans a second, drops and counts the others: a collector that %s',
    async (_, isUp, answer) => {
      vi.spyOn(console, 'warn').mockImplementation(() => {})
      let bodies = 0
      const sink = otlp({
        url: 'https://otlp.example.com',
        fetch: (_, init) => {
          bodies = Math.max(bodies, String(init.body).length)
          return Promise.resolve<Response>(answer())
        },
      })
      const clock = virtualClock()
      const tell = teller(sink, clock)
      const storm = async (spans: number) => {
        for (let count = 0; count < spans; count += 2) {
          tell()
          if (count % 100 === 98) await clock.advance(10)
        }
      }
      await storm(400)
      await clock.run(sink.flush())
      const before = bytesUsed()
      let most = 0
      // Three seconds of it.
      for (let part = 0; part < 15; part++) {
        await storm(2000)
        most = Math.max(most, bytesUsed() - before)
      }
      const { exported, dropped } = sink.counts
      // The text of a batch, and the bytes that a fetch makes of it.
      expect(most + 2 * bodies).toBeLessThan(4_000_000)
      expect(most).toBeGreaterThan(isUp ? -1_000_000 : 500_000)
      // What was neither sent nor dropped is held.
      expect(30_400 - exported - dropped).toBeGreaterThanOrEqual(0)
      expect(30_400 - exported - dropped).toBeLessThan(2300)
      expect(isUp ? exported : dropped).toBeGreaterThan(20_000)
    },
  )

  it('holds on to what a collector will take later, and sends it first', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    let isUp = false
    const { call, mesh, spans, exports, sink } = given({
      answer: () => (isUp ? new Response('{}') : new Response(null, { status: 503, headers: { 'retry-after': '5' } })),
    })
    await call()
    await mesh.clock.advance(2000)
    await call()
    await mesh.clock.advance(4000)
    expect(exports).toHaveLength(1)
    isUp = true
    await mesh.clock.advance(2000)
    expect(exports).toHaveLength(2)
    expect(spans().slice(2)).toHaveLength(4)
    expect(sink.counts).toEqual({ exported: 4, dropped: 0 })
  })

  it('counts what a collector refuses for good, or takes in part', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const refused = given({ answer: () => new Response(null, { status: 400 }) })
    await refused.call()
    await refused.mesh.clock.advance(2000)
    expect(refused.sink.counts).toEqual({ exported: 0, dropped: 2 })
    const partial = given({
      answer: () => Response.json({ partialSuccess: { rejectedSpans: '1', errorMessage: SECRET } }),
    })
    await partial.call()
    await partial.mesh.clock.advance(2000)
    expect(partial.sink.counts).toEqual({ exported: 1, dropped: 1 })
  })
})

describe('what is said', () => {
  it('tells of failures once a minute, and nothing of headers, address or answer', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { call, mesh } = given({
      url: `https://otlp.example.com/${SECRET}`,
      headers: `authorization=Basic%20${SECRET}`,
      answer: () => new Response(SECRET, { status: 401 }),
    })
    for (let second = 0; second < 59; second += 4) {
      await call()
      await mesh.clock.advance(4000)
    }
    expect(lines()).toHaveLength(1)
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({
      level: 'warn',
      event: 'otlp_failed',
      message: expect.stringContaining('https://otlp.example.com answered 401'),
    })
    for (let second = 0; second < 130; second += 4) {
      await call()
      await mesh.clock.advance(4000)
    }
    expect(lines().length).toBeGreaterThanOrEqual(2)
    expect(lines().length).toBeLessThanOrEqual(4)
    expect(lines().join()).not.toContain(SECRET)
  })

  it('sends the headers, a value of which may be percent-encoded', async () => {
    const { call, mesh, exports } = given({ headers: 'authorization=Basic%20abc, x-team = shop' })
    await call()
    await mesh.clock.advance(2000)
    expect(exports[0]?.headers.get('authorization')).toBe('Basic abc')
    expect(exports[0]?.headers.get('x-team')).toBe('shop')
    expect(exports[0]?.headers.get('content-type')).toBe('application/json')
  })

  it.each([
    [{ url: SECRET }, /OTLP_ENDPOINT is the address/],
    [{ url: `https://me:${SECRET}@otlp.example.com` }, /OTLP_ENDPOINT is the address/],
    [{ url: `https://otlp.example.com?token=${SECRET}` }, /OTLP_ENDPOINT is the address/],
    [{ headers: `a=b,${SECRET}` }, /OTLP_HEADERS is name=value, separated by commas; number 2/],
    [{ headers: { 'x-key': `${SECRET}\n` } }, /OTLP_HEADERS is name=value/],
    [{ share: 2 }, /share is 0 to 1; got 2/],
    [{ everyMs: 1 }, /everyMs is 100 to 60000/],
  ])('refuses %o, and repeats no secret', (options, message) => {
    const made = () => otlp({ url: 'https://otlp.example.com', ...options })
    expect(made).toThrow(message)
    expect(made).toThrow(expect.not.stringContaining(SECRET))
  })

  it('exports lines of the log with their trace, where asked, and writes them to the console as before', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { mesh, exports, sink } = given({ log: 'warn' })
    await mesh.clock.run(mesh.fetch('http://nobody/').catch(() => {}))
    await mesh.clock.run(sink.flush())
    const sent = exports.find(({ path }) => path === '/v1/logs')
    const [record] = JSON.parse(sent?.text ?? '').resourceLogs[0].scopeLogs[0].logRecords
    expect(record).toMatchObject({
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'selvedge.error',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      attributes: expect.arrayContaining([{ key: 'selvedge.code', value: { stringValue: 'service_not_found' } }]),
    })
    expect(lines()).toHaveLength(1)
    expect(sent?.text.match(/"traceId":"(\w+)"/)?.[1]).toBe(mesh.spans().at(-1)?.traceId ?? record.traceId)
  })
})
