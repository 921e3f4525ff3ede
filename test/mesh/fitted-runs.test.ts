/** A service meets only the filters that it needs, and nobody can tell: random records, edits, calls, answers and faults, through its own runs and through whole ones. */
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { receipt } from '../../src/core/receipt.ts'
import type { Span } from '../../src/core/span.ts'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { accept } from '../../src/mesh/accept.ts'
import type { LiveService } from '../../src/mesh/live-service.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { world } from '../support/worlds.ts'

/** Are all runs whole, as they are made? */
const way = vi.hoisted(() => ({ isWhole: false }))
/** The observers that were entered. */
const entered = vi.hoisted(() => new Set<string>())

vi.mock('../../src/core/engine/stack.ts', async (load) => {
  const real = await load<typeof import('../../src/core/engine/stack.ts')>()
  const observer: typeof real.observer = (name, hooks) =>
    real.observer(name, {
      ...hooks,
      enter(request, context) {
        entered.add(name)
        return hooks.enter?.(request, context)
      },
    })
  return { ...real, observer, stack: () => real.stack({ isWhole: way.isWhole }) }
})

/** What comes of one sending. */
interface Fate {
  readonly status: number
  readonly headers: Record<string, string>
  readonly afterMs: number
  /** `never`: no answer, until it is called off. */
  readonly kind: 'answer' | 'broken' | 'never'
}

interface Step {
  /** Of `users`, and of `*.of.here`. */
  readonly record: object
  /** Of `*.here`, which is asked where no rule of the other matches. */
  readonly wider: object
  readonly calls: readonly {
    readonly name: string
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly body: string | undefined
    readonly isTrusted: boolean
    readonly leavesAfterMs: number | undefined
    readonly pauseMs: number
    /** Is the next one made before this one is answered? */
    readonly isBeside: boolean
  }[]
}

const maybe = <Of>(value: fc.Arbitrary<Of>) => fc.option(value, { nil: undefined, freq: 2 })
const said = (fields: object) => JSON.parse(JSON.stringify(fields)) as Record<string, never>

const policy = {
  timeouts: maybe(
    fc.constantFrom<object>(
      { request: '50ms' },
      { request: '2s' },
      { request: '50ms', backendRequest: '20ms' },
      { request: '2s', backendRequest: '1s' },
    ),
  ),
  retry: maybe(fc.record({ attempts: fc.nat(3), backoff: fc.constant('5ms'), codes: fc.constant([500, 503]) })),
}
const filters = fc.subarray([
  { type: 'CORS', cors: { allowOrigins: ['https://shop.example.com'] } },
  { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-set', value: '1' }] } },
  { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['x-from'] } },
  { type: 'RequestMirror', requestMirror: { backendRef: { name: 'others' } } },
])
const rule = fc
  .record({
    matches: maybe(fc.constantFrom([{ path: { type: 'PathPrefix', value: '/a' } }], [{ method: 'POST' }])),
    backendRefs: maybe(fc.constantFrom([{ name: 'others' }], [{ name: 'others', weight: 1 }, { name: 'users' }])),
    filters: fc.oneof(filters, fc.constant([{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }])),
    sessionPersistence: maybe(fc.constant({ cookie: {} })),
    ...policy,
  })
  .map(said)
  // What redirects has no backends.
  .map(({ backendRefs, sessionPersistence, ...own }) =>
    JSON.stringify(own).includes('RequestRedirect')
      ? { matches: own.matches, filters: own.filters }
      : { backendRefs, sessionPersistence, ...own },
  )
  .map(said)
const record = fc
  .record({
    endpoints: fc.subarray(['https://a.example.com', 'https://b.example.com', { binding: 'USERS' }], { minLength: 1 }),
    rules: maybe(fc.array(rule, { minLength: 1, maxLength: 3 })),
    hedge: maybe(fc.constant({ delay: '10ms' })),
    limits: maybe(fc.constant({ maxInFlight: 2 })),
    outlierDetection: maybe(fc.constant({ consecutive: 2, baseEjection: '1s' })),
    retryConstraint: maybe(fc.constantFrom('off', { whenEmpty: 'stop' })),
    ...policy,
  })
  .map(said)

const NOWHERE = { matches: [{ path: { type: 'Exact', value: '/nowhere' } }], backendRefs: [{ name: 'others' }] }
const wider = fc.oneof(record, fc.constant({ rules: [NOWHERE] }), fc.constant({ endpoints: ['https://d.example.com'] }))

const headers = fc
  .record({
    'selvedge-timeout-ms': maybe(fc.constantFrom('0', '8', '40', '5000', 'soon')),
    'selvedge-retry-allowance': maybe(fc.constantFrom('0', '1', '3')),
    'selvedge-priority': maybe(fc.constantFrom('critical', 'sheddable')),
    'content-type': maybe(fc.constantFrom('application/grpc', 'application/grpc-web', 'application/connect+json')),
    traceparent: maybe(fc.constant('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')),
    origin: maybe(fc.constant('https://shop.example.com')),
    'idempotency-key': maybe(fc.constant('k')),
    'cdn-loop': maybe(fc.constant('selvedge')),
  })
  .map(said)
const call = fc.record({
  name: fc.constantFrom('users', 'users', 'users.of.here'),
  method: fc.constantFrom('GET', 'GET', 'POST', 'OPTIONS'),
  path: fc.constantFrom('/', '/a', '/a/../b'),
  headers,
  body: maybe(fc.constantFrom('', 'tea', 'x'.repeat(70_000))),
  isTrusted: fc.boolean(),
  leavesAfterMs: maybe(fc.constantFrom(0, 5, 30)),
  pauseMs: fc.constantFrom(1, 15, 6000),
  isBeside: fc.boolean(),
})
const fate = fc.record({
  kind: fc.constantFrom('answer' as const, 'answer' as const, 'answer' as const, 'broken' as const, 'never' as const),
  status: fc.constantFrom(200, 200, 200, 204, 404, 429, 500, 503),
  headers: fc
    .record({
      'selvedge-retries-used': maybe(fc.constantFrom('0', '2')),
      'retry-after': maybe(fc.constantFrom('0', '1')),
      'content-type': maybe(fc.constantFrom('application/grpc', 'text/event-stream')),
      'selvedge-error': maybe(fc.constantFrom('overloaded', 'deadline_exceeded')),
      connection: maybe(fc.constant('x-from')),
      'x-from': maybe(fc.constant('here')),
    })
    .map(said),
  // What two do at one instant is in an order that no caller may count on: each answer has an instant of its own.
  afterMs: fc.constantFrom(1, 12, 100),
})

/** Everything that can be seen of the calls, in virtual time. */
async function seen(steps: readonly Step[], fates: readonly Fate[], isWhole: boolean): Promise<string> {
  way.isWhole = isWhole
  const lines: unknown[] = []
  const clock = virtualClock()
  const random = seeded(11)
  const spans: Span[] = []
  const registry = memoryRegistry({ users: steps[0]?.record as object, others: 'https://c.example.com' })
  let sendings = 0
  const { call, users } = world(
    {},
    async (request, { endpoint, name, path, outgoing, work }) => {
      const fate = fates[sendings++ % fates.length] as Fate
      lines.push(['sent', clock.now(), request.method, endpoint.id, name, path, [...outgoing]])
      const isCalledOff = new Promise<never>((_, reject) => work.onCancel(reject))
      if (fate.kind === 'never') return isCalledOff
      const wait = new Promise<void>((resolve) => clock.after(fate.afterMs, resolve))
      await Promise.race([wait, isCalledOff])
      if (fate.kind === 'broken') throw new Error('connection lost')
      return new Response(fate.status === 204 ? null : 'ok', { status: fate.status, headers: fate.headers })
    },
    {
      registry,
      clock,
      random,
      freshMs: 0,
      log: (line) => void lines.push(line),
      sink: { span: (span) => void spans.push({ ...span }) },
    },
  )
  const settings = withDefaults({ registry, clock, random })

  async function one({
    name,
    method,
    path,
    headers,
    body,
    isTrusted,
    leavesAfterMs,
  }: Step['calls'][number]): Promise<void> {
    const leaving = new AbortController()
    const content = method === 'GET' ? undefined : body
    const request = new Request(`http://users${path}`, { method, headers, ...(content ? { body: content } : {}) })
    const { receipt: _, signal: _signal, ...from } = accept(request, { trusted: isTrusted, defer: () => {} }, settings)
    const noted = receipt()
    const signals = () => [leaving.signal]
    if (leavesAfterMs !== undefined) clock.after(leavesAfterMs, () => leaving.abort(new Error('left')))
    const context = { ...from, name, defer: () => {}, path, receipt: noted, callersDeadline: from.deadline, signals }
    try {
      const answer = await call({ ...context, headers: from.headers as NonNullable<typeof from.headers> }, request)
      lines.push(['answered', clock.now(), answer.status, [...answer.headers], await answer.text()])
    } catch (error) {
      lines.push(['failed', clock.now(), String(error), (error as { code?: string }).code])
    }
    lines.push(['receipt', noted, from.allowance?.used, from.allowance?.left, from.subrequests.left])
  }

  for (const { record, wider, calls } of steps) {
    for (const name of ['users', '*.of.here']) registry.set(name, JSON.stringify(record))
    registry.set('*.here', JSON.stringify(wider))
    await clock.run(one(PLAIN))
    await clock.advance(100)
    let under: Promise<void>[] = []
    for (const made of calls) {
      under.push(one(made))
      if (!made.isBeside) {
        await clock.run(Promise.all(under))
        under = []
      }
      await clock.advance(made.pauseMs)
    }
    await clock.run(Promise.all(under))
    // Copies of requests, too, have ended.
    await clock.advance(20_000)
    for (const name of ['users', 'others', 'users.of.here', 'or.here'])
      lines.push([name, learned(await users(name), clock.now())])
  }
  return JSON.stringify([lines, spans], (_, value) => (value === undefined ? null : value))
}

const PLAIN: Step['calls'][number] = {
  name: 'users',
  method: 'GET',
  path: '/',
  headers: {},
  body: undefined,
  isTrusted: true,
  leavesAfterMs: undefined,
  pauseMs: 1,
  isBeside: false,
}
const PRIORITIES = ['critical', 'default', 'sheddable'] as const

function learned(service: LiveService, now: number) {
  const { candidates, drained, budget, throttle, detector, limiter } = service
  return {
    endpoints: [...candidates, ...drained].map(({ endpoint, load, latency, settles, health }) => {
      return [endpoint.id, load.cost(now), load.inFlight(now), latency.value(now), settles, health]
    }),
    budget: budget.balance,
    alert: throttle.isAlert(now),
    shares: PRIORITIES.map((priority) => [throttle.refusalShare(priority, now), limiter.admits(1, priority, now)]),
    detector: [detector.isOn, detector.isPanicking, detector.available(candidates, now).length],
    typical: service.typicalMs(now),
  }
}

it('a call through the run of its service is the call through the whole run', async () => {
  const steps = fc.array(fc.record({ record, wider, calls: fc.array(call, { maxLength: 5 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  const fates = fc.array(fate, { minLength: 1, maxLength: 6 })
  const came: Record<string, number> = {}
  const property = fc.asyncProperty(steps, fates, async (steps, fates) => {
    const whole = await seen(steps, fates, true)
    const own = await seen(steps, fates, false)
    for (const [, word = ''] of own.matchAll(/\["(sent|answered|failed)"/g)) came[word] = (came[word] ?? 0) + 1
    expect(JSON.parse(own)).toEqual(JSON.parse(whole))
  })
  await fc.assert(property, { numRuns: 50 })
  // The calls were no empty ones.
  for (const word of ['sent', 'answered', 'failed']) expect(came[word], word).toBeGreaterThan(30)
}, 120_000)

it('is another run: of a plain service it has no routes', async () => {
  const steps = [{ record: { endpoints: ['https://a.example.com'] }, wider: { rules: [NOWHERE] }, calls: [PLAIN] }]
  const fates = [{ kind: 'answer', status: 200, headers: {}, afterMs: 1 }] as const
  const metBy = async (isWhole: boolean) => {
    entered.clear()
    await seen(steps, fates, isWhole)
    return [...entered]
  }
  const whole = await metBy(true)
  const own = await metBy(false)
  expect(whole.filter((name) => !own.includes(name))).toEqual(['route'])
})
