/** What a receipt holds is enough to decide again: by every balancer, of whatever candidates, loads and chance. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import type { Choice } from '../../../src/features/balance/balancer.ts'
import { balancers } from '../../../src/features/balance/balancers.ts'
import { replayedChoice } from '../../../src/mesh/told/replay.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'
import { encodeReceipt } from '../../../src/wire/receipt/encode.ts'
import type { ChoiceRead } from '../../../src/wire/receipt/view.ts'
import { givenReceipt } from '../../support/given-receipt.ts'

/** Chance, and what it gave. */
function noted(random: Random): { random: Random; draws: number[] } {
  const draws: number[] = []
  const next = () => {
    const draw = random.next()
    draws.push(draw)
    return draw
  }
  return { random: { ...random, next }, draws }
}

const candidate = fc.record({
  weight: fc.constantFrom(0, 1, 1, 3),
  cost: fc.oneof(fc.double({ min: 0, max: 10_000, noNaN: true }), fc.constantFrom(0, 1, 2 ** 47 + 1)),
  inFlight: fc.integer({ min: 0, max: 20 }),
})

describe('a choice that is made again', () => {
  it.each(['peak-ewma', 'least-request', 'ring-hash'] as const)('comes to the same endpoint: %s', (algorithm) => {
    const given = fc.array(candidate, { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(given, fc.nat(), fc.nat(), (all, seed, mask) => {
        const choices = all.map(({ weight, cost, inFlight }, index): Choice => {
          const load = { cost: () => cost, inFlight: () => inFlight, start: () => ({ end() {} }) }
          return { endpoint: { id: `https://${index}.example`, weight }, load }
        })
        const { random, draws } = noted(seeded(seed))
        const pick = balancers(random)(algorithm, choices)
        const some = choices.flatMap((_, index) => ((mask >> index) & 1 ? [index] : []))
        const among = some.length === 0 ? choices.map((_, index) => index) : some
        const seen = among.length === choices.length ? choices : among.map((index) => choices[index] as Choice)
        const chosen = pick(seen, 7)
        const choice: ChoiceRead = {
          attempt: 1,
          at: 7,
          algorithm,
          candidates: choices.map(({ endpoint, load }) => {
            const { id, weight } = endpoint
            return { endpoint: id, weight, state: 'healthy', inFlight: load.inFlight(7), cost: load.cost(7) }
          }),
          rounds: [{ among, draws, chosen: choices.indexOf(chosen) }],
          chosen: chosen.endpoint.id,
        }
        const { choices: read, leftOut } = decodeReceipt(encodeReceipt({ ...givenReceipt(), choices: [choice] }))
        expect(leftOut).toBeUndefined()
        expect(replayedChoice(read[0] as ChoiceRead, true)).toMatchObject({ endpoint: chosen.endpoint.id })
      }),
      { numRuns: 300 },
    )
  })

  it('is not made where the receipt does not hold what decided', () => {
    const [choice] = givenReceipt().choices as [ChoiceRead]
    const because = (more: Partial<ChoiceRead>) => replayedChoice({ ...choice, ...more }, true).because
    expect(because({ algorithm: 'round-robin' })).toMatch(/isolate keeps to itself/)
    expect(because({ algorithm: 'of-tomorrow' })).toMatch(/no balancer "of-tomorrow"/)
    expect(because({ rounds: [] })).toMatch(/session or a probe/)
    const round = { among: [0, 1], draws: [], chosen: 0 }
    expect(because({ algorithm: 'ring-hash', isKeyed: true, rounds: [round] })).toMatch(/key of the request/)
    expect(because({ rounds: [round] })).toMatch(/does not hold/)
    expect(replayedChoice(choice, false).because).toMatch(/too long/)
  })
})
