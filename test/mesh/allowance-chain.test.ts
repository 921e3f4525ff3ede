/** The bound that the mesh promises: calls at the end of a chain are at most 1 + allowance, whatever fails in between. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../src/core/time/virtual-clock.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { createTestMesh, memoryRegistry, seeded, type TestHandler } from '../../src/testing.ts'
import { connectionLost, hang, pause, quickClock } from '../support/upstream.ts'

/** What becomes of one call on its way to the next hop. */
const FATES = [
  /** It arrives, and so does the answer. */
  'through',
  /** The connection is refused. */
  'refused',
  /** Something in front of the hop answers 503 in its place, before it did anything. */
  'busy',
  /** The hop does all of its work, and its answer is lost. */
  'lost',
  /** The connection is cut while the hop works; it goes on unheard. */
  'cut',
  /** The answer is late, and the hop hears that nobody waits any more. */
  'slow',
  /** The answer is late, and the hop goes on working for nobody. */
  'deaf',
  /** Nothing comes, and nothing arrived. */
  'stalled',
] as const
type Fate = (typeof FATES)[number]

interface Hop {
  readonly kind: 'serve' | 'proxy'
  readonly trusts: boolean
  readonly attempts: number
  readonly attemptMs: number | undefined
  readonly requestMs: number | undefined
  readonly endpoints: number
  readonly hasBudget: boolean
  /** How long it waits before it hedges, if it does. */
  readonly hedgeMs: number | undefined
  /** One a call to the next hop (or to the leaf), over and over. */
  readonly fates: readonly Fate[]
}

const LATE_MS = 150

/** Mostly `value`: noise on every hop would keep most chains from reaching their leaf. */
const mostly = <T>(value: T, ...others: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constant(value), weight: 4 }, { arbitrary: fc.constantFrom(...others), weight: 3 })

const hop = {
  kind: fc.constantFrom<Hop['kind']>('serve', 'proxy'),
  trusts: mostly(true, false),
  attempts: fc.integer({ min: 0, max: 5 }),
  attemptMs: mostly<number | undefined>(undefined, 40, 100, 200),
  requestMs: mostly<number | undefined>(undefined, 200, 500, 2000),
  endpoints: fc.integer({ min: 1, max: 2 }),
  hasBudget: mostly(false, true),
  hedgeMs: mostly<number | undefined>(undefined, 1, 30, 100),
  fates: fc.array(mostly<Fate>('through', ...FATES), { minLength: 1, maxLength: 6 }),
}
const hops = fc.array(fc.record<Hop>(hop), { minLength: 1, maxLength: 6 })

/** Slow often enough that each of them hedges. */
const hedging = fc.array(
  fc.record<Hop>({
    ...hop,
    endpoints: fc.constant(2),
    hedgeMs: fc.constantFrom(1, 30, 100),
    fates: fc.array(mostly<Fate>('slow', ...FATES), { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 4 },
)

/** What the leaf answers, over and over. */
const leaves = fc.array(mostly(503, 200), { minLength: 1, maxLength: 4 })

const runs = { numRuns: 100, seed: 7 }

describe('a chain of meshes', () => {
  it(`calls the leaf at most 1 + allowance times, cold and warm (seed ${runs.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(hops, leaves, fc.integer({ min: 0, max: 5 }), async (chain, leaf, allowance) => {
        const { clock, call, leafCalls } = chainOf(chain, leaf)
        // Cold, then twice more with what was learned.
        for (let request = 0; request < 3; request++) {
          const before = leafCalls()
          await clock.run(call({ 'selvedge-retry-allowance': String(allowance) }))
          await clock.advance(60_000)
          expect(leafCalls() - before).toBeLessThanOrEqual(1 + allowance)
        }
      }),
      runs,
    )
  }, 120_000)

  it(`does so where every hop hedges (seed ${runs.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(hedging, leaves, fc.integer({ min: 0, max: 5 }), async (chain, leaf, allowance) => {
        const { clock, call, leafCalls } = chainOf(chain, leaf)
        for (let request = 0; request < 3; request++) {
          const before = leafCalls()
          await clock.run(call({ 'selvedge-retry-allowance': String(allowance) }))
          await clock.advance(60_000)
          expect(leafCalls() - before).toBeLessThanOrEqual(1 + allowance)
        }
      }),
      runs,
    )
  }, 120_000)

  it(`grants the attempts of the first rule where no caller grants any (seed ${runs.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(hops, leaves, async (chain, leaf) => {
        const { clock, call, leafCalls } = chainOf(chain, leaf)
        for (let request = 0; request < 3; request++) {
          const before = leafCalls()
          await clock.run(call({}))
          await clock.advance(60_000)
          expect(leafCalls() - before).toBeLessThanOrEqual(1 + (chain[0] as Hop).attempts)
        }
      }),
      runs,
    )
  }, 120_000)

  it(`holds for requests that come at once, to isolates that know nothing yet (seed ${runs.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(hops, leaves, fc.integer({ min: 0, max: 5 }), async (chain, leaf, allowance) => {
        const { clock, call, leafCalls } = chainOf(chain, leaf)
        const headers = { 'selvedge-retry-allowance': String(allowance) }
        await clock.run(Promise.all([call(headers), call(headers), call(headers)]))
        await clock.advance(60_000)
        expect(leafCalls()).toBeLessThanOrEqual(3 * (1 + allowance))
      }),
      runs,
    )
  }, 120_000)

  it('uses the whole allowance on a leaf that stays dead, and not one more', async () => {
    for (const length of [1, 2, 3, 6]) {
      for (const allowance of [0, 1, 2, 5]) {
        const { clock, call, leafCalls } = chainOf(new Array<Hop>(length).fill(given({})), [503])
        await clock.run(call({ 'selvedge-retry-allowance': String(allowance) }))
        expect(leafCalls()).toBe(1 + allowance)
      }
    }
  })

  it('calls a dead leaf three times behind three hops that each would retry thrice, where naive retries make 64', async () => {
    const { clock, call, leafCalls } = chainOf(new Array<Hop>(3).fill(given({ attempts: 3 })), [503])
    const response = await clock.run(call({ 'selvedge-retry-allowance': '2' }))
    expect(response.status).toBe(503)
    expect(response.headers.get('selvedge-retries-used')).toBe('2')
    expect(leafCalls()).toBe(3)
  })

  it('shares one allowance among the calls of one handler', async () => {
    const clock = quickClock()
    let calls = 0
    const dead: TestHandler = () => {
      calls += 1
      return new Response(null, { status: 503 })
    }
    const record = { endpoints: [dead], retry: { attempts: 5 }, retryConstraint: 'off' }
    const mesh = createTestMesh({ one: record, other: record }, { clock })
    const served = mesh.serve(
      {
        async fetch() {
          const answers = await Promise.all([mesh.fetch('http://one/'), mesh.fetch('http://other/')])
          return new Response(null, { status: (answers[0] as Response).status })
        },
      },
      { trust: () => true },
    )
    const headers = { 'selvedge-retry-allowance': '3' }
    const response = await clock.run(Promise.resolve(served.fetch(new Request('http://front/', { headers }), {}, ctx)))
    expect(calls).toBe(2 + 3)
    expect(response.headers.get('selvedge-retries-used')).toBe('3')
  })
})

function given(over: Partial<Hop>): Hop {
  return {
    kind: 'serve',
    trusts: true,
    attempts: 5,
    attemptMs: undefined,
    requestMs: undefined,
    endpoints: 1,
    hasBudget: false,
    hedgeMs: undefined,
    fates: ['through'],
    ...over,
  }
}

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext

/** Real meshes, one behind the other, and a leaf that counts. */
function chainOf(chain: readonly Hop[], leafAnswers: readonly number[]) {
  const clock = quickClock()
  let calls = 0
  const leaf: TestHandler = () => {
    return new Response(null, { status: leafAnswers[calls++ % leafAnswers.length] as number })
  }
  const first = chain.reduceRight<TestHandler>((next, hop, index) => {
    // A first hop that believes nobody would lower what the test grants; the bound would hold, but would show less.
    return hopTo(next, index === 0 ? { ...hop, trusts: true } : hop, clock)
  }, leaf)
  const call = async (headers: Record<string, string>) => first(new Request('http://front/', { headers }))
  return { clock, call, leafCalls: () => calls }
}

function hopTo(next: TestHandler, hop: Hop, clock: VirtualClock): TestHandler {
  const timeouts = {
    ...(hop.requestMs === undefined ? {} : { request: `${hop.requestMs}ms` }),
    ...(hop.attemptMs === undefined ? {} : { backendRequest: `${hop.attemptMs}ms` }),
  }
  const road = roadTo(next, hop.fates, clock)
  const policy = {
    retry: { attempts: hop.attempts },
    timeouts,
    ...(hop.hasBudget ? {} : { retryConstraint: 'off' as const }),
    ...(hop.hedgeMs === undefined ? {} : { hedge: { delay: `${hop.hedgeMs}ms`, maxExtraLoad: 100 } }),
  }
  if (hop.kind === 'proxy') {
    const env = { A: endpointOf(road), B: endpointOf(road) }
    const endpoints = [{ binding: 'A' }, { binding: 'B' }].slice(0, hop.endpoints)
    const options = { registry: memoryRegistry({ next: { endpoints, ...policy } }), env, clock, random: seeded(1) }
    const forward = proxy({ ...options, log: 'off' })
    const identify = () => ({ name: 'next', path: '/' })
    return (request) => forward(request, { trusted: hop.trusts, defer: () => {}, identify })
  }
  const endpoints = new Array<TestHandler>(hop.endpoints).fill(road)
  const mesh = createTestMesh({ next: { endpoints, ...policy } }, { clock })
  const served = mesh.serve({ fetch: () => mesh.fetch('http://next/') }, { trust: () => hop.trusts })
  return (request) => served.fetch(request, {}, ctx)
}

/** A handler as a service binding. */
function endpointOf(handler: TestHandler) {
  return { fetch: async (url: string, init: RequestInit) => handler(new Request(url, init)) }
}

/** The way to a hop, on which each call meets its fate. The caller is told at once when it has given up, as by a fetch. */
function roadTo(next: TestHandler, fates: readonly Fate[], clock: VirtualClock): TestHandler {
  let calls = 0
  // Node forgets to pass an abort on to a request that nobody else holds.
  const held: Request[] = []
  return async (request) => {
    held.push(request)
    const fate = fates[calls++ % fates.length] as Fate
    const gone = hang(request)
    gone.catch(() => {})
    return Promise.race([gone, go(fate, request)])
  }

  async function go(fate: Fate, request: Request): Promise<Response> {
    const unheard = new Request(request.url, { method: request.method, headers: request.headers })
    switch (fate) {
      case 'through':
        return next(request)
      case 'refused':
        throw connectionLost()
      case 'busy':
        return new Response(null, { status: 503 })
      case 'lost':
        await next(request)
        throw connectionLost()
      case 'cut':
        void next(unheard)
        throw connectionLost()
      case 'slow': {
        const answer = await next(request)
        await pause(clock, LATE_MS, request.signal)
        return answer
      }
      case 'deaf': {
        const answer = await next(unheard)
        await pause(clock, LATE_MS)
        return answer
      }
      case 'stalled':
        return hang(request)
    }
  }
}
