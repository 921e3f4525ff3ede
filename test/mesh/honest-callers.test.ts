/** Callers that misbehave beside honest ones, in virtual time: whatever they do, the honest ones fare as if they were alone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowance } from '../../src/core/allowance.ts'
import type { Service } from '../../src/core/engine/service.ts'
import type { VirtualClock } from '../../src/core/time/virtual-clock.ts'
import { ALGORITHMS } from '../../src/features/balance/policy.ts'
import type { Sent } from '../../src/targets/sent.ts'
import { MeshError, memoryRegistry, type Random, seeded } from '../../src/testing.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { pause, quickClock } from '../support/upstream.ts'
import { type World, world } from '../support/worlds.ts'

const SEED = 11
/** For so long they come, in milliseconds. */
const FOR_MS = 20_000
const HONEST_PER_SECOND = 20
const USUAL_MS = 20

interface Asked {
  readonly path: string
  readonly method?: string
  /** Aborts when the caller leaves. */
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  readonly address?: string
}

interface Scene extends World {
  readonly clock: VirtualClock
  readonly random: Random
  /** Attempts that went to the service that stands by. */
  ofSecond(): number
  /** Fails never: a test looks at what became of it. */
  ask(asked: Asked): Promise<number>
}

type Misbehaves = (scene: Scene) => Promise<unknown>

/** Leaves after so many milliseconds, with this reason. */
const leaving =
  (afterMs: number, reason: () => unknown, path = '/a', method = 'GET'): Misbehaves =>
  ({ clock, ask }) => {
    const caller = new AbortController()
    clock.after(afterMs, () => caller.abort(reason()))
    return ask({ path, method, signal: caller.signal })
  }

/** Of one stranger among many. */
function addressOf(random: Random): string {
  return `203.0.113.${Math.floor(250 * random.next())}`
}

const gone = () => new DOMException('The client has gone.', 'AbortError')

/** How a caller may misbehave: one line for each, with how many come a second at most where that is not 40. */
const kinds: Readonly<Record<string, Misbehaves | readonly [Misbehaves, most: number]>> = {
  leaves: leaving(7, gone),
  // What is in flight holds a slot of the endpoint.
  'leaves late': [leaving(4000, gone, '/endless'), 4],
  'leaves with endpoint_unreachable': leaving(9, () => new MeshError('endpoint_unreachable', 'A sibling was.')),
  'leaves with attempt_timed_out': leaving(9, () => new MeshError('attempt_timed_out', 'A sibling was.')),
  'leaves with function_failed': leaving(9, () => new MeshError('function_failed', 'A sibling was.')),
  'leaves with overloaded': leaving(9, () => new MeshError('overloaded', 'A sibling was.', { verdict: 'go' })),
  'breaks its body off': leaving(5, () => new TypeError('The request body was broken off.'), '/upload', 'POST'),
  'stalls in its body': [leaving(3000, gone, '/upload', 'POST'), 4],
  'is over its rate': ({ ask }) => ask({ path: '/limited' }),
  'is over its rate, and told when to come back': ({ ask }) => ask({ path: '/limited-until' }),
  // A part of the traffic: ten in a row with nobody else between are taken for a broken endpoint.
  'asks for a poison URL': [({ ask }) => ask({ path: '/poison?x=1' }), 4],
  'asks for a poison URL as a stranger': [({ ask, random }) => ask({ path: '/poison', address: addressOf(random) }), 4],
  'is in a hurry': ({ ask }) => ask({ path: '/a', timeoutMs: 6 }),
  'is told by a mesh beneath that it was in a hurry': ({ ask }) => ask({ path: '/hurried' }),
  'goes round in a loop': ({ ask }) => ask({ path: '/loop' }),
}

/** What stands behind every endpoint. One attempt in forty fails, whoever makes it: retries have something to do. */
function application(clock: () => VirtualClock) {
  let attempts = 0
  return async ({ path, work }: Pick<Sent, 'path' | 'work'>): Promise<Response> => {
    const [where = ''] = path.split('?')
    if (where === '/upload' || where === '/endless') await pause(clock(), 60_000, work.signal)
    await pause(clock(), USUAL_MS, work.signal)
    if (where === '/poison') return new Response(null, { status: 500 })
    if (where === '/limited') return new Response(null, { status: 429 })
    if (where === '/limited-until') return new Response(null, { status: 429, headers: { 'retry-after': '0' } })
    if (where === '/hurried') return failed(504, 'deadline_exceeded')
    if (where === '/loop') return failed(508, 'loop_detected')
    attempts += 1
    return new Response(null, { status: attempts % 40 === 0 ? 503 : 200 })
  }
}

function failed(status: number, code: string): Response {
  return new Response(null, { status, headers: { 'selvedge-error': code, 'selvedge-retryable': 'false' } })
}

/** `users` is `first`, or else `second`. */
function scene(endpoints: number, loadBalancer: string): Scene {
  const clock = quickClock()
  const answer = application(() => clock)
  const urls = (name: string) => Array.from({ length: endpoints }, (_, index) => `https://${name}-${index}.example.com`)
  const policy = { loadBalancer, timeouts: { request: '10s' } }
  const registry = memoryRegistry({
    users: { alias: ['first', 'second'] },
    first: { endpoints: urls('first'), ...policy },
    second: { endpoints: urls('second'), ...policy },
  })
  let ofSecond = 0
  const send: Service<Sent> = (_, sent) => {
    if (sent.endpoint.id.startsWith('https://second')) ofSecond += 1
    return answer(sent)
  }
  const given = world({}, send, { registry, clock, random: seeded(SEED) })
  return {
    ...given,
    clock,
    random: seeded(SEED),
    ofSecond: () => ofSecond,
    ask({ path, method = 'GET', signal, timeoutMs, address }) {
      const headers = new Headers(address === undefined ? {} : { 'cf-connecting-ip': address })
      const request = new Request(`http://users${path}`, { method, headers })
      const call = {
        path,
        headers: pickHeaders(headers),
        allowance: allowance(2),
        signals: () => (signal ? [signal] : []),
        ...(timeoutMs !== undefined && { deadline: { at: clock.now() + timeoutMs } }),
      }
      return given.call(call, request).then(
        ({ status }) => status,
        () => 0,
      )
    },
  }
}

/** What of the honest callers was served, and what was held against whom meanwhile. */
async function played(endpoints: number, loadBalancer: string, rates: Readonly<Record<string, number>>) {
  const stage = scene(endpoints, loadBalancer)
  const { clock, ask, users } = stage
  const chance = seeded(SEED)
  const outcomes: number[] = []
  const found = { ejected: 0, leastBalance: Number.POSITIVE_INFINITY }
  const end = clock.now() + FOR_MS
  const first = await users('first')

  const often = (perSecond: number, go: () => Promise<unknown>) => {
    if (perSecond === 0) return
    const come = () => {
      if (clock.now() >= end) return
      void go()
      clock.after((500 + 1000 * chance.next()) / perSecond, come)
    }
    clock.after((1000 * chance.next()) / perSecond, come)
  }
  let honest = 0
  often(HONEST_PER_SECOND, async () => {
    honest += 1
    const status = await ask({ path: ['/a', '/b', '/c'][honest % 3] as string })
    outcomes.push(status)
    found.leastBalance = Math.min(found.leastBalance, first.budget.balance)
    if (first.candidates.some(({ health }) => health && health.ejections > 0)) found.ejected += 1
  })
  for (const [kind, perSecond] of Object.entries(rates)) often(perSecond, () => kindOf(kind).go(stage))
  await clock.advance(FOR_MS + 10_000)
  const { length } = outcomes
  return {
    ...found,
    ofSecond: stage.ofSecond(),
    success: outcomes.filter((status) => status === 200).length / length,
    length,
  }
}

function kindOf(kind: string): { go: Misbehaves; most: number } {
  const [go, most] = [kinds[kind] ?? []].flat() as [Misbehaves, number?]
  return { go, most: most ?? 2 * HONEST_PER_SECOND }
}

const rate = (kind: string) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max: kindOf(kind).most }))
const mix = fc.record(Object.fromEntries(Object.keys(kinds).map((kind) => [kind, rate(kind)])))

describe('honest callers', () => {
  it(`fare beside others as they do alone (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(...ALGORITHMS),
        mix,
        async (endpoints, balancer, rates) => {
          const alone = await played(endpoints, balancer, {})
          const beside = await played(endpoints, balancer, rates)
          expect(alone.length).toBeGreaterThan(300)
          expect(Math.abs(beside.success - alone.success)).toBeLessThanOrEqual(0.005)
          expect([beside.ejected, beside.ofSecond]).toEqual([0, 0])
          expect(beside.leastBalance).toBeGreaterThanOrEqual(1)
        },
      ),
      { seed: SEED, numRuns: 12 },
    )
  })

  it.each(Object.keys(kinds))('are not harmed by one who %s', async (kind) => {
    const beside = await played(2, 'round-robin', { [kind]: kindOf(kind).most })
    expect([beside.success, beside.ejected, beside.ofSecond]).toEqual([1, 0, 0])
    expect(beside.leastBalance).toBeGreaterThanOrEqual(1)
  })
})
