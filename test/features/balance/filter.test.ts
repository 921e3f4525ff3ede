import { describe, expect, it } from 'vitest'
import { deadlineIn, never } from '../../../src/core/deadline.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import type { Outcome } from '../../../src/core/outcome.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { Candidate } from '../../../src/features/balance/balancer.ts'
import { balance } from '../../../src/features/balance/filter.ts'
import { localities } from '../../../src/features/balance/locality.ts'
import { p2c } from '../../../src/features/balance/p2c.ts'
import { rendezvous } from '../../../src/features/balance/rendezvous.ts'
import { failureOf, givenCall, givenCandidate, givenPlaced, givenService } from '../../support/call.ts'

const request = new Request('http://users/')

interface Told {
  readonly outcome: Outcome
  readonly tookMs: number
  readonly hintMs: number | undefined
}

/** A candidate whose load keeps what it is told. */
function listening(name: string): Candidate & { told: Told[]; expiries: number[] } {
  const told: Told[] = []
  const expiries: number[] = []
  const candidate = givenCandidate(name)
  const load: Candidate['load'] = {
    cost: () => 1,
    inFlight: () => 0,
    start(startedAt, expiresAt) {
      expiries.push(expiresAt)
      return { end: (outcome, at, hintMs) => void told.push({ outcome, tookMs: at - startedAt, hintMs }) }
    },
  }
  return { ...candidate, load, told, expiries }
}

function given(...candidates: Candidate[]) {
  const clock = virtualClock()
  const work = cancellation(false)
  const service = { ...givenService(...candidates), balancer: p2c(seeded(7)) }
  const context = givenCall({ clock, service, work })
  return { clock, context, abandon: () => work.cancel(new DOMException('The client has gone.', 'AbortError')) }
}

describe('balance', () => {
  it('gives an endpoint, and notes it on the receipt', async () => {
    const candidate = givenCandidate('eu')
    const { context, clock } = given(candidate)
    await balance(request, context, async (_, gives) => {
      expect({ ...context, ...gives }).toMatchObject({ candidate, endpoint: candidate.endpoint, isCold: false })
      await clock.advance(30)
      return new Response(null, { status: 201 })
    })
    expect(context.receipt.attempts).toEqual([
      {
        number: 1,
        endpoint: 'https://eu.example.com',
        startedAt: 1_000_000,
        tookMs: 30,
        outcome: 'success',
        status: 201,
        blame: 'nobody',
        reason: undefined,
      },
    ])
  })

  it('says what is missing where there is no endpoint', async () => {
    const { context } = given()
    const service = {
      ...context.service,
      candidates: [],
      unreachable: [{ endpoint: 'binding:FAR', reason: 'It is far.' }],
    }
    const told = { ...receipt(), service: 'users' }
    const error = await failureOf(balance(request, { ...context, service, receipt: told }, async () => new Response()))
    expect(error.code).toBe('no_endpoint')
    expect(error.message).toContain('"users"')
    expect(error.message).toContain('binding:FAR (It is far.)')
  })

  it.each([
    [200, 'success'],
    [404, 'success'],
    [501, 'success'],
    [429, 'limited'],
    [503, 'failure'],
  ] as const)('tells the load of a %i: %s', async (status, outcome) => {
    const candidate = listening('eu')
    const { context, clock } = given(candidate)
    await balance(request, context, async () => {
      await clock.advance(7)
      return new Response(null, { status })
    })
    expect(candidate.told).toEqual([{ outcome, tookMs: 7, hintMs: undefined }])
  })

  it.each([
    [new MeshError('endpoint_unreachable', '…'), 'unreachable'],
    [new MeshError('attempt_timed_out', '…'), 'timeout'],
    [new MeshError('deadline_exceeded', '…'), 'expired'],
    [new MeshError('deadline_insufficient', '…'), 'unsent'],
    [new DOMException('…', 'AbortError'), 'cancelled'],
  ] as const)('tells the load what was thrown: %s, %s', async (error, outcome) => {
    const candidate = listening('eu')
    const { context } = given(candidate)
    const thrown = await failureOf(balance(request, context, () => Promise.reject(error)))
    expect(thrown).toBe(error)
    expect(candidate.told.map((told) => told.outcome)).toEqual([outcome])
    expect(context.receipt.attempts[0]?.outcome).toBe(outcome)
  })

  it('holds nothing against the load of an endpoint that was gone before a body was sent', async () => {
    const candidate = listening('eu')
    const { context } = given(candidate)
    const upload = { isOpen: () => true, isFull: () => true, isUntold: () => false }
    const cut = { ...context, attempt: { ...context.attempt, upload } }
    await failureOf(balance(request, cut, () => Promise.reject(new MeshError('endpoint_unreachable', '…'))))
    expect(candidate.told.map((told) => told.outcome)).toEqual(['unsent'])
    expect(cut.receipt.attempts[0]?.outcome).toBe('unreachable')
  })

  it('tells the load for how long a failing endpoint asks to be left alone', async () => {
    const candidate = listening('eu')
    const { context } = given(candidate)
    const headers = { 'retry-after': '30' }
    await balance(request, context, async () => new Response(null, { status: 503, headers }))
    await balance(request, context, async () => new Response(null, { status: 200, headers }))
    expect(candidate.told.map(({ hintMs }) => hintMs)).toEqual([30_000, undefined])
  })

  it('learns the latency of successes alone', async () => {
    const candidate = givenCandidate('eu')
    const { context, clock } = given(candidate)
    const answer = (ms: number, status: number) =>
      balance(request, context, async () => {
        await clock.advance(ms)
        return new Response(null, { status })
      })
    for (const ms of [30, 40, 50]) await answer(ms, 200)
    for (let failure = 0; failure < 5; failure++) await answer(1, 503)
    expect(candidate.latency.value(clock.now())).toBe(40)
  })

  it('gives the pick back when the caller leaves, which ends once', async () => {
    const candidate = listening('eu')
    const { context, clock, abandon } = given(candidate)
    let answer = (_response: Response) => {}
    const call = balance(request, context, () => new Promise((resolve) => (answer = resolve)))
    await clock.advance(20)
    abandon()
    expect(candidate.told).toEqual([{ outcome: 'cancelled', tookMs: 20, hintMs: undefined }])
    answer(new Response())
    await call
    expect(candidate.told).toHaveLength(1)
    expect(context.receipt.attempts[0]?.outcome).toBe('cancelled')
  })

  it('believes a request to be alive until a second after its deadline, or for a quarter of an hour', async () => {
    const candidate = listening('eu')
    const { context, clock } = given(candidate)
    const within = (ms: number | undefined) =>
      balance(
        request,
        { ...context, deadline: ms === undefined ? never : deadlineIn(ms, clock) },
        async () => new Response(),
      )
    await within(2000)
    await within(undefined)
    await within(3_600_000)
    expect(candidate.expiries.map((at) => at - clock.now())).toEqual([3000, 900_000, 900_000])
  })

  it('sends a retry to an endpoint that was not tried, while there is one', async () => {
    const candidates = ['a', 'b', 'c', 'd'].map(givenCandidate)
    for (let seed = 0; seed < 50; seed++) {
      const { context } = given(...candidates)
      const service = { ...context.service, balancer: p2c(seeded(seed)) }
      const call = { ...context, service, receipt: receipt() }
      for (const number of [1, 2, 3, 4]) {
        const attempt = { ...context.attempt, number }
        await balance(request, { ...call, attempt }, async () => new Response(null, { status: 503 }))
      }
      expect(new Set(call.receipt.attempts.map(({ endpoint }) => endpoint)).size).toBe(4)
    }
  })

  it('chooses among those that are not ejected, and notes who was passed over', async () => {
    const candidates = ['a', 'b', 'c', 'd'].map(givenCandidate)
    const { context } = given(...candidates)
    const able = candidates.slice(1, 3)
    const detector = { available: <Of extends Candidate>() => able as readonly Candidate[] as readonly Of[] }
    const service = { ...context.service, detector }
    // A retry, too, rather goes back to one that was tried than to one that is ejected.
    for (const number of [1, 2, 3, 4, 5]) {
      const attempt = { ...context.attempt, number }
      await balance(request, { ...context, service, attempt }, async () => new Response(null, { status: 503 }))
    }
    const asked = new Set(context.receipt.attempts.map(({ endpoint }) => endpoint))
    expect([...asked].sort()).toEqual(['https://b.example.com', 'https://c.example.com'])
    expect(context.receipt.ejected).toEqual(['https://a.example.com', 'https://d.example.com'])
  })

  it('notes nobody as passed over where nobody is ejected', async () => {
    const { context } = given(givenCandidate('a'), givenCandidate('b'))
    await balance(request, context, async () => new Response())
    expect(context.receipt.ejected).toBeUndefined()
  })

  it('sends a hedge elsewhere, or not at all', async () => {
    const { context } = given(givenCandidate('a'), givenCandidate('b'))
    const hedge = { ...context.attempt, number: 2, isHedge: true } as const
    const [, b] = context.service.candidates
    const alone = {
      ...context.service,
      detector: { available: <Of extends Candidate>() => [b] as readonly Candidate[] as readonly Of[] },
    }
    await balance(request, { ...context, service: alone }, async () => new Response())
    const failure = await failureOf(
      balance(request, { ...context, service: alone, attempt: hedge }, async () => new Response()),
    )
    expect(failure.code).toBe('no_endpoint')
    expect(context.receipt.attempts).toHaveLength(1)
    await balance(request, { ...context, attempt: hedge }, async () => new Response())
    expect(context.receipt.attempts.map(({ endpoint }) => endpoint)).toEqual([
      'https://b.example.com',
      'https://a.example.com',
    ])
    expect((await failureOf(balance(request, { ...context, attempt: hedge }, async () => new Response()))).code).toBe(
      'no_endpoint',
    )
  })

  it('goes back to those it has tried when there is no other', async () => {
    const { context } = given(givenCandidate('a'), givenCandidate('b'))
    for (const number of [1, 2, 3]) {
      const attempt = { ...context.attempt, number }
      await balance(request, { ...context, attempt }, async () => new Response(null, { status: 503 }))
    }
    expect(context.receipt.attempts).toHaveLength(3)
  })

  describe('where endpoints say where they are', () => {
    const EU = { colo: 'AMS', continent: 'EU' }

    function placed(...places: readonly (string | undefined)[]) {
      const candidates = places.map((locality, index) => givenPlaced(`${locality}-${index}`, { locality }))
      const { context } = given(...candidates)
      const service = { ...context.service, localities: localities(candidates, seeded(7)) }
      return { ...context, service, place: () => EU }
    }

    async function tried(context: ReturnType<typeof placed>, attempts: number) {
      const call = { ...context, receipt: receipt() }
      for (let number = 1; number <= attempts; number++) {
        const attempt = { ...context.attempt, number }
        await balance(request, { ...call, attempt }, async () => new Response(null, { status: 503 }))
      }
      return call.receipt.attempts.map(({ endpoint }) => endpoint.slice('https://'.length, -'.example.com'.length))
    }

    it('stays near', async () => {
      const context = placed('NA', 'EU', undefined)
      for (let call = 0; call < 20; call++) expect(await tried(context, 1)).toEqual(['EU-1'])
    })

    it('retries at another near endpoint, then further away, then where it was tried', async () => {
      const context = placed('NA', 'EU', 'EU', 'AMS')
      for (let call = 0; call < 20; call++) {
        const [first, second, third, fourth, fifth] = await tried(context, 5)
        expect(first).toBe('AMS-3')
        expect(new Set([second, third])).toEqual(new Set(['EU-1', 'EU-2']))
        expect(fourth).toBe('NA-0')
        expect(fifth).toBe('AMS-3')
      }
    })

    it('asks where the caller is only where it matters', async () => {
      let asked = 0
      const place = () => {
        asked += 1
        return EU
      }
      const { context } = given(givenCandidate('a'), givenCandidate('b'))
      await balance(request, { ...context, place }, async () => new Response())
      expect(asked).toBe(0)
      await balance(request, { ...placed('EU', 'NA'), place }, async () => new Response())
      expect(asked).toBe(1)
    })
  })

  it('sends what has the same key to the same endpoint, and a retry elsewhere', async () => {
    const { context } = given(...['a', 'b', 'c', 'd'].map((name) => givenCandidate(name)))
    const service = { ...context.service, balancer: rendezvous(seeded(7)), hashHeader: 'x-user' }
    const homes = new Map<string, string>()
    for (let call = 0; call < 200; call++) {
      const user = `user-${call % 20}`
      const told = receipt()
      for (const number of [1, 2]) {
        const attempt = { ...context.attempt, number }
        const asked = new Request('http://users/', { headers: { 'X-User': user } })
        await balance(asked, { ...context, service, attempt, receipt: told }, async () => new Response())
      }
      const path = told.attempts.map(({ endpoint }) => endpoint).join(' ')
      expect(homes.get(user) ?? path).toBe(path)
      homes.set(user, path)
      expect(told.attempts[0]?.endpoint).not.toBe(told.attempts[1]?.endpoint)
    }
    expect(new Set(homes.values()).size).toBeGreaterThan(4)
  })

  it('sends what has no key anywhere', async () => {
    const { context } = given(...['a', 'b', 'c', 'd'].map((name) => givenCandidate(name)))
    const service = { ...context.service, balancer: rendezvous(seeded(7)), hashHeader: 'x-user' }
    for (let call = 0; call < 50; call++) await balance(request, { ...context, service }, async () => new Response())
    expect(new Set(context.receipt.attempts.map(({ endpoint }) => endpoint)).size).toBe(4)
  })

  it('takes traffic from a slow endpoint within a request or two', async () => {
    const candidates = [givenCandidate('quick'), givenCandidate('slow')]
    const { context, clock } = given(...candidates)
    let slowCalls = 0
    const call = () =>
      balance(request, { ...context, receipt: receipt() }, async (_, { endpoint }) => {
        const isSlow = endpoint.id.includes('slow')
        if (isSlow) slowCalls += 1
        await clock.advance(isSlow ? 2000 : 10)
        return new Response()
      })
    for (let request = 0; request < 100; request++) await call()
    // It is tried when nothing is known of it, and again when what is known has faded.
    expect(slowCalls).toBeLessThanOrEqual(2)
    expect(slowCalls).toBeGreaterThanOrEqual(1)
  })

  it('takes traffic from an endpoint that has not answered yet', async () => {
    const slow = givenCandidate('slow')
    const quick = givenCandidate('quick')
    for (const { load } of [slow, quick]) load.start(999_990, 1_010_000).end('success', 1_000_000)
    const { context, clock } = given(slow, quick)
    slow.load.start(clock.now(), clock.now() + 15_000)
    await clock.advance(50)
    for (let request = 0; request < 20; request++) {
      await balance(new Request('http://users/'), { ...context, receipt: receipt() }, async (_, { endpoint }) => {
        expect(endpoint.id).toContain('quick')
        return new Response()
      })
    }
  })

  it('does not let an endpoint that fails at once draw the traffic', async () => {
    const candidates = ['a', 'b', 'c', 'broken'].map(givenCandidate)
    const { context, clock } = given(...candidates)
    let brokenCalls = 0
    for (let request = 0; request < 200; request++) {
      await balance(new Request('http://users/'), { ...context, receipt: receipt() }, async (_, { endpoint }) => {
        const isBroken = endpoint.id.includes('broken')
        if (isBroken) brokenCalls += 1
        await clock.advance(isBroken ? 1 : 50)
        return new Response(null, { status: isBroken ? 503 : 200 })
      })
    }
    // Ten seconds pass: a fair share would be fifty calls.
    expect(brokenCalls).toBeLessThanOrEqual(2)
  })
})
