import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { services } from '../../src/mesh/services.ts'
import type { WrittenPolicy } from '../../src/record/fields.ts'
import { parseRecord } from '../../src/record/parse.ts'
import type { Found } from '../../src/registry/known.ts'

function given({ defaults = {}, maxRecords = 100, unreachable = '' } = {}) {
  const clock = virtualClock()
  const known = services({
    clock,
    random: seeded(7),
    defaults: defaults as WrittenPolicy,
    maxRecords,
    unreachableBecause: (target) => ('url' in target && target.url === unreachable ? 'It is far.' : undefined),
  })
  return { clock, of: (record: object, key = 'services/users') => known.of(found(record, key)), known }
}

function found(record: object, key = 'services/users', order = 0): Found {
  const parsed = parseRecord(JSON.stringify(record))
  return { key, record: parsed, revision: undefined, freshness: 'fresh', refused: undefined, order }
}

const A = 'https://a.example.com'
const B = 'https://b.example.com'
const C = 'https://c.example.com'
const ids = (service: { candidates: readonly { endpoint: { id: string } }[] }) =>
  service.candidates.map(({ endpoint }) => endpoint.id)

describe('services', () => {
  it('knows the same record by the same service', () => {
    const { known } = given()
    const record = found({ endpoints: [A] })
    expect(known.of(record)).toBe(known.of(record))
  })

  it('does not go back to an older record for a call that still holds it', () => {
    const { known } = given()
    const [older, newer] = [found({ endpoints: [A] }, undefined, 1), found({ endpoints: [B] }, undefined, 2)]
    known.of(older)
    const service = known.of(newer)
    expect(known.of(older)).toBe(service)
    expect(ids(service)).toEqual([B])
  })

  it('keeps what it learned of an endpoint that an edit leaves as it was', () => {
    const { of, clock } = given()
    const [before] = of({ endpoints: [A, B] }).candidates
    before?.load.start(clock.now() - 70, 2_000_000).end('success', clock.now())
    const after = of({ endpoints: [C, A], timeouts: { request: '1s' } })
    expect(ids(after)).toEqual([C, A])
    expect(after.candidates[1]).toBe(before)
    expect(after.candidates[1]?.load.cost(clock.now())).toBe(70)
    expect(after.timeouts.requestMs).toBe(1000)
  })

  it('knows which endpoints sleep, and keeps when they were last awake', () => {
    const { of } = given()
    const cloudRun = { url: A, credentials: { type: 'google-id-token', secret: 'GCP' } }
    const [sleepy, other] = of({ endpoints: [cloudRun, B] }).candidates
    const { warmth } = sleepy ?? {}
    expect([warmth, other?.warmth]).toEqual([expect.anything(), undefined])
    expect(of({ endpoints: [{ ...cloudRun, weight: 2 }, B] }).candidates[0]?.warmth).toBe(warmth)
    expect(of({ endpoints: [A, B] }).candidates[0]?.warmth).toBeUndefined()
  })

  it('forgets an endpoint that an edit removes: when it comes back it is new', () => {
    const { of, clock } = given()
    const [before] = of({ endpoints: [A, B] }).candidates
    before?.load.start(clock.now() - 70, 2_000_000).end('success', clock.now())
    of({ endpoints: [B] })
    const [after] = of({ endpoints: [A, B] }).candidates
    expect(after).not.toBe(before)
    expect(after?.load.cost(clock.now())).toBe(0)
  })

  it('keeps the retry budget across an edit that does not touch it', () => {
    const { of } = given()
    const before = of({ endpoints: [A], retryConstraint: { budget: { percent: 50 } } })
    before.budget.tryWithdraw()
    const after = of({ endpoints: [A, B], retryConstraint: { budget: { percent: 50 } }, retry: { attempts: 1 } })
    expect(after.budget).toBe(before.budget)
    expect(after.budget.balance).toBe(0)
    expect(of({ endpoints: [A], retryConstraint: 'off' }).budget.balance).toBe(Number.POSITIVE_INFINITY)
  })

  it('keeps who is ejected across an edit, and what a call from before the edit learns', () => {
    const { of, clock } = given()
    const before = of({ endpoints: [A, B, C] })
    const [a, b] = before.candidates
    const fail = (candidate = a) => candidate && before.detector.record(candidate, 'fault', clock.now(), clock.now())
    for (let fault = 0; fault < 3; fault++) fail()
    const after = of({ endpoints: [B, A, C], timeouts: { request: '1s' } })
    const able = () => after.detector.available(after.candidates, clock.now()).map(({ endpoint }) => endpoint.id)
    expect(able()).toEqual([B, C])
    // Who is removed is not counted any more: another may be ejected, by a call that began before.
    const last = of({ endpoints: [B, C] })
    for (let fault = 0; fault < 3; fault++) fail(b)
    expect(last.detector.available(last.candidates, clock.now())).toEqual([last.candidates[1]])
  })

  it('takes what ejects from the record, then from the defaults, field by field', () => {
    const { of, clock } = given({ defaults: { outlierDetection: { consecutive: 2, maxEjectionPercent: 0 } } })
    const able = (record: object, key: string) => {
      const { candidates, detector } = of(record, key)
      const [first] = candidates
      for (let fault = 0; fault < 2; fault++) {
        if (first) detector.record(first, 'fault', clock.now(), clock.now())
      }
      return detector.available(candidates, clock.now()).length
    }
    expect(able({ endpoints: [A, B] }, 'services/one')).toBe(2)
    expect(able({ endpoints: [A, B], outlierDetection: { maxEjectionPercent: 50 } }, 'services/two')).toBe(1)
    expect(
      able({ endpoints: [A, B], outlierDetection: { maxEjectionPercent: 50, consecutive: 3 } }, 'services/three'),
    ).toBe(2)
  })

  it('ejects an endpoint of one service and of one mesh, and leaves it to the others', () => {
    const [one, other] = [given(), given()]
    const eject = ({ of, clock }: typeof one) => {
      const { candidates, detector } = of({ endpoints: [A, B] })
      for (let fault = 0; fault < 3; fault++) {
        for (const candidate of candidates.slice(0, 1)) detector.record(candidate, 'fault', clock.now(), clock.now())
      }
    }
    const able = ({ of, clock }: typeof one, key?: string) => {
      const { candidates, detector } = of({ endpoints: [A, B] }, key)
      return ids({ candidates: detector.available(candidates, clock.now()) })
    }
    eject(one)
    expect(able(one)).toEqual([B])
    expect(able(one, 'services/orders')).toEqual([A, B])
    expect(able(other)).toEqual([A, B])
    // A mesh that is made later takes nothing back.
    given()
    expect(able(one)).toEqual([B])
  })

  it('keeps what it learned of an endpoint whose weight or locality an edit changes', () => {
    const { of, clock } = given()
    const [before] = of({ endpoints: [A, { url: B, weight: 3 }] }).candidates
    before?.load.start(clock.now() - 70, 2_000_000).end('success', clock.now())
    const after = of({ endpoints: [{ url: A, weight: 5, locality: 'weur' }, B] })
    expect(after.candidates[0]).toBe(before)
    expect(after.candidates[0]?.endpoint).toMatchObject({ weight: 5, locality: 'weur' })
    expect(after.candidates[1]?.endpoint).toMatchObject({ weight: 1, locality: undefined })
    expect(after.candidates[0]?.load.cost(clock.now())).toBe(70)
  })

  it('gives an endpoint its new share after an edit of its weight', () => {
    const { of } = given()
    const share = (weight: number) => {
      const { balancer, candidates } = of({
        endpoints: [
          { url: A, weight },
          { url: B, weight: 100 - weight },
        ],
      })
      let count = 0
      for (let call = 0; call < 10_000; call++) if (balancer(candidates, call) === candidates[0]) count += 1
      return count / 10_000
    }
    for (const weight of [5, 10, 50, 90]) expect(Math.abs(share(weight) - weight / 100)).toBeLessThan(0.01)
  })

  it('has no use for an endpoint that weighs nothing, unless none weighs anything', () => {
    const { of } = given()
    expect(ids(of({ endpoints: [A, { url: B, weight: 0 }, C] }))).toEqual([A, C])
    expect(
      ids(
        of({
          endpoints: [
            { url: A, weight: 0 },
            { url: B, weight: 0 },
          ],
        }),
      ),
    ).toEqual([A, B])
  })

  it('does not fall back on what weighs nothing where the others cannot be reached', () => {
    const { candidates, unreachable } = given({ unreachable: A }).of({ endpoints: [A, { url: B, weight: 0 }] })
    expect(candidates).toEqual([])
    expect(unreachable.map(({ endpoint }) => endpoint)).toEqual([A])
  })

  it('balances as the record says, or else the defaults', () => {
    const { of } = given({ defaults: { loadBalancer: { ringHash: { header: 'X-User' } } } })
    expect(of({ endpoints: [A, B] }).hashHeader).toBe('x-user')
    const { balancer, hashHeader, candidates } = of({ endpoints: [A, B], loadBalancer: 'round-robin' })
    expect(hashHeader).toBeUndefined()
    const first = balancer(candidates, 0)
    expect(balancer(candidates, 0)).not.toBe(first)
    expect(balancer(candidates, 0)).toBe(first)
  })

  it('knows how near endpoints are only where one of them says where it is', () => {
    const { of } = given()
    expect(of({ endpoints: [A, B] }).localities).toBeUndefined()
    const { localities, candidates } = of({ endpoints: [A, { url: B, locality: 'enam' }] })
    const near = localities?.near(candidates, { colo: 'IAD', continent: 'NA' })
    expect(near?.map(({ endpoint }) => endpoint.id)).toEqual([B])
  })

  it('does not mix two services up that share an endpoint', () => {
    const { of, clock } = given()
    const [users] = of({ endpoints: [A] }, 'services/users').candidates
    const [orders] = of({ endpoints: [A] }, 'services/orders').candidates
    users?.load.start(clock.now(), 2_000_000)
    expect(orders?.load.inFlight(clock.now())).toBe(0)
  })

  it('leaves out what cannot be reached from here', () => {
    expect(ids(given({ unreachable: A }).of({ endpoints: [A, B] }))).toEqual([B])
  })

  it('takes the policy of the record, then that of the defaults, field by field, then its own', () => {
    const defaults = { timeouts: { request: '9s', backendRequest: '3s' }, retry: { attempts: 5 } }
    const { of } = given({ defaults })
    const service = of({ endpoints: [A], timeouts: { request: '4s' }, retry: { backoff: '10ms' } })
    expect(service.timeouts).toEqual({ requestMs: 4000, attemptMs: 3000, bodyIdleMs: 10_000 })
    expect(service.retry.attempts).toBe(5)
    expect(service.retry.backoffMs).toBe(10)
    expect([...service.retry.codes]).toEqual([502, 503, 504])
  })

  it('takes the retry budget of the defaults where the record is silent', () => {
    const { of } = given({ defaults: { retryConstraint: 'off' } })
    expect(of({ endpoints: [A] }).budget.balance).toBe(Number.POSITIVE_INFINITY)
    expect(of({ endpoints: [A], retryConstraint: { budget: {} } }).budget.balance).toBe(1)
  })

  it('knows how long the quickest endpoint usually takes', () => {
    const { of, clock } = given()
    const service = of({ endpoints: [A, B, C] })
    expect(service.typicalMs(clock.now())).toBeUndefined()
    const [a, b] = service.candidates
    for (const ms of [300, 310, 320]) a?.latency.add(ms, clock.now())
    expect(service.typicalMs(clock.now())).toBe(310)
    for (const ms of [20, 30, 40]) b?.latency.add(ms, clock.now())
    expect(service.typicalMs(clock.now())).toBe(30)
  })

  it('does not reckon with an endpoint that is ejected, however quick it was', () => {
    const { of, clock } = given()
    const service = of({ endpoints: [A, B] })
    const [a, b] = service.candidates
    for (const ms of [20, 30, 40]) a?.latency.add(ms, clock.now())
    for (const ms of [300, 310, 320]) b?.latency.add(ms, clock.now())
    for (let fault = 0; fault < 3; fault++) if (a) service.detector.record(a, 'fault', clock.now(), clock.now())
    expect(service.typicalMs(clock.now())).toBe(310)
  })

  it('knows it of those that were not tried, while there are any', () => {
    const { of, clock } = given()
    const service = of({ endpoints: [A, B] })
    const [a, b] = service.candidates
    for (const ms of [20, 30, 40]) a?.latency.add(ms, clock.now())
    const now = clock.now()
    expect(service.typicalMs(now, [{ endpoint: A }])).toBeUndefined()
    for (const ms of [300, 310, 320]) b?.latency.add(ms, clock.now())
    expect(service.typicalMs(now, [{ endpoint: A }])).toBe(310)
    expect(service.typicalMs(now, [{ endpoint: B }])).toBe(30)
    expect(service.typicalMs(now, [{ endpoint: A }, { endpoint: B }])).toBe(30)
  })

  it('hedges where the record says so, or the defaults, field by field', () => {
    expect(given().of({ endpoints: [A] }).hedging).toBeUndefined()
    const { of, clock } = given({ defaults: { hedge: { delay: '70ms' } } })
    expect(of({ endpoints: [A] }).hedging?.delayMs(clock.now())).toBe(70)
    expect(of({ endpoints: [B], hedge: { delay: '9ms' } }).hedging?.delayMs(clock.now())).toBe(9)
    expect(of({ endpoints: [C], hedge: { maxExtraLoad: 0 } }).hedging).toBeUndefined()
    const paid = of({ endpoints: [B, C], hedge: { maxExtraLoad: 100 } }).hedging
    paid?.deposit(clock.now())
    expect(paid?.isPaid(clock.now())).toBe(true)
    expect(paid?.delayMs(clock.now())).toBe(70)
  })

  it('keeps what hedges may cost across an edit that does not touch it', () => {
    const { of } = given()
    const before = of({ endpoints: [A], hedge: {} })
    const after = of({ endpoints: [A, B], hedge: {} })
    expect(after.hedging).toBe(before.hedging)
    expect(of({ endpoints: [A, B], hedge: { maxExtraLoad: 10 } }).hedging).not.toBe(before.hedging)
    expect(of({ endpoints: [A, B] }).hedging).toBeUndefined()
  })

  it('remembers no more services than it may', () => {
    const { of } = given({ maxRecords: 10 })
    const [first] = of({ endpoints: [A] }, 'services/first').candidates
    for (let index = 0; index < 50; index++) of({ endpoints: [A] }, `services/other-${index}`)
    expect(of({ endpoints: [A] }, 'services/first').candidates[0]).not.toBe(first)
  })
})

describe('a service under the policy of a rule', () => {
  it('has the timeouts and retries of the rule, and for the rest those of the record and the defaults', () => {
    const { of, known } = given({ defaults: { retry: { attempts: 5 }, timeouts: { request: '9s' } } })
    const service = of({ endpoints: [A], timeouts: { backendRequest: '2s' }, retry: { codes: [500] } })
    const { timeouts, retry } = known.ruled(service, { timeouts: { request: '3s' }, retry: { backoff: '1ms' } })
    expect(timeouts).toEqual({ requestMs: 3000, attemptMs: 2000, bodyIdleMs: 10_000, isOfRule: true })
    expect(retry).toEqual({ codes: new Set([500]), attempts: 5, backoffMs: 1 })
    expect(service.timeouts.requestMs).toBe(9000)
  })

  it('shares all that is learned with the service itself', () => {
    const { of, known } = given()
    const service = of({ endpoints: [A, B] })
    const under = known.ruled(service, { retry: { attempts: 0 } })
    for (const [name, value] of Object.entries(service)) {
      if (name !== 'retry') expect(under[name as keyof typeof under], name).toBe(value)
    }
    under.budget.deposit()
    expect(service.budget.balance).toBe(under.budget.balance)
    expect(under.typicalMs(0)).toBe(service.typicalMs(0))
  })
})
