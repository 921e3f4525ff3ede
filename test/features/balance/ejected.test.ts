/** The balancers as a service has them, over its detector: whatever else a call asks for, nobody is sent to who is out. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MeshError } from '../../../src/core/errors.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { Candidate } from '../../../src/features/balance/balancer.ts'
import { choose } from '../../../src/features/balance/choose.ts'
import { services } from '../../../src/mesh/services.ts'
import { parseRecord } from '../../../src/record/parse.ts'
import { LOAD_BALANCERS } from '../../contracts/balancer.ts'

const seed = 21

function given(record: object) {
  const clock = virtualClock()
  const random = seeded(seed)
  const known = services({ clock, random, defaults: {}, maxRecords: 10, unreachableBecause: () => undefined })
  const of = (record: object) =>
    known.of({
      key: 'services/users',
      record: parseRecord(JSON.stringify(record)),
      revision: undefined,
      freshness: 'fresh',
      refused: undefined,
      order: 0,
    })
  return { service: of(record), edited: of, now: clock.now(), random }
}

type Service = ReturnType<typeof given>['service']

const isOut = ({ health }: Candidate, now: number) => health !== undefined && health.ejections > 0 && now < health.until

function eject({ detector, candidates }: Service, indexes: readonly number[], now: number): void {
  for (const index of indexes) {
    const candidate = candidates[index]
    for (let fault = 0; candidate && fault < 3; fault++) detector.record(candidate, 'fault', now, now)
  }
}

const endpoint = fc.record({ weight: fc.nat(3), locality: fc.constantFrom(undefined, 'AMS', 'EU', 'NA') })
const endpoints = fc
  .array(endpoint, { minLength: 2, maxLength: 8 })
  .map((all) => all.map((one, index) => ({ url: `https://eu-${index}.example.com`, ...one })))
const asked = fc.record({
  number: fc.integer({ min: 1, max: 3 }),
  isHedge: fc.boolean(),
  tried: fc.array(fc.nat(7), { maxLength: 3 }),
  kept: fc.option(fc.nat(7), { nil: undefined }),
  user: fc.string(),
  knowsPlace: fc.boolean(),
})

describe.each(LOAD_BALANCERS)('a service balanced by %j', (loadBalancer) => {
  it(`sends nothing to an endpoint that is ejected (seed ${seed})`, () => {
    let passedOver = 0
    fc.assert(
      fc.property(
        endpoints,
        fc.array(fc.nat(7), { maxLength: 4 }),
        fc.array(asked, { minLength: 5 }),
        (all, out, calls) => {
          const { service, now, random } = given({ endpoints: all, loadBalancer })
          eject(service, out, now)
          for (const { number, isHedge, tried, kept, user, knowsPlace } of calls) {
            const notes = receipt()
            for (const index of tried) notes.attempts.push(noteOf(service.candidates[index]))
            const candidate = who(() =>
              choose(
                new Request('http://users/', { headers: { 'x-user': encodeURIComponent(user) } }),
                {
                  random,
                  service,
                  receipt: notes,
                  attempt: { number, ...(isHedge ? { isHedge: true } : {}) },
                  priority: 'default',
                  place: () => (knowsPlace ? { colo: 'AMS', continent: 'EU' } : undefined),
                  isKept: kept === undefined ? undefined : ({ id }) => id === service.candidates[kept]?.endpoint.id,
                },
                now,
              ),
            )
            if (candidate) expect(isOut(candidate, now), candidate.endpoint.id).toBe(false)
            if (candidate && service.candidates.some((one) => isOut(one, now))) passedOver += 1
          }
        },
      ),
      { seed },
    )
    // Most of the cases above had somebody to pass over.
    expect(passedOver).toBeGreaterThan(100)
  })

  it('asks those that are ejected where all are', () => {
    const urls = ['a', 'b', 'c', 'd'].map((name) => `https://${name}.example.com`)
    const { service, edited, now, random } = given({ endpoints: urls, loadBalancer })
    eject(service, [0, 1], now)
    const left = edited({ endpoints: urls.slice(0, 2), loadBalancer })
    expect(left.candidates.every((one) => isOut(one, now))).toBe(true)
    const call = { random, service: left, attempt: { number: 1 }, priority: 'default', place: () => undefined } as const
    const candidate = choose(new Request('http://users/'), { ...call, receipt: receipt() }, now)
    expect(left.candidates).toContain(candidate)
  })
})

function noteOf(candidate: Candidate | undefined) {
  const endpoint = candidate?.endpoint.id ?? ''
  return {
    number: 1,
    endpoint,
    startedAt: 0,
    tookMs: 0,
    outcome: undefined,
    blame: undefined,
    status: undefined,
    reason: undefined,
  }
}

/** `undefined` where a hedge finds no other endpoint: that is the mesh's own error. */
function who(choosing: () => Candidate): Candidate | undefined {
  try {
    return choosing()
  } catch (error) {
    if (error instanceof MeshError) return undefined
    throw error
  }
}
