import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Taken, taking, WINDOW } from '../../../src/durable/stats/sequences.ts'

describe('taking', () => {
  it('takes each number once, in whatever order they come, as long as none is far behind', () => {
    const shuffled = fc.array(fc.integer({ min: 0, max: WINDOW - 1 }), { minLength: 1, maxLength: 200 }).map((delays) =>
      delays
        .flatMap((delay, index) => [
          { sequence: index + 1, at: index + delay },
          { sequence: index + 1, at: index + (delay % 3) },
        ])
        .sort((one, other) => one.at - other.at)
        .map(({ sequence }) => sequence),
    )
    fc.assert(
      fc.property(shuffled, (numbers) => {
        let taken: Taken | undefined
        const counted: number[] = []
        for (const sequence of numbers) {
          const next = taking(taken, sequence)
          if (!next) continue
          taken = next
          counted.push(sequence)
        }
        expect(counted.sort((one, other) => one - other)).toEqual(
          [...new Set(numbers)].sort((one, other) => one - other),
        )
      }),
    )
  })

  it('does not take what comes later than it can tell', () => {
    const last = taking(taking(undefined, 1), 100)
    expect(last && taking(last, 100 - WINDOW)).toBeUndefined()
    expect(last && taking(last, 101 - WINDOW)).toBeDefined()
    expect(last && taking(last, 1)).toBeUndefined()
  })
})
