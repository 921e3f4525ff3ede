import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sequences, type Taken, taking, WINDOW } from '../../../src/durable/stats/sequences.ts'
import { makeTables } from '../../../src/durable/stats/tables.ts'
import type { Store } from '../../../src/durable/store.ts'
import { nodeStore } from '../../support/node-store.ts'

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

describe('sequences', () => {
  const isolate = (number: number) => number.toString(16).padStart(4, '0').split('').reverse().join('').padEnd(32, '0')
  function given() {
    const store = nodeStore()
    makeTables(store)
    let written = 0
    const sql: Store['sql'] = {
      ...store.sql,
      exec(query, ...bindings) {
        if (/^(INSERT|DELETE|UPDATE)/.test(query)) written += 1
        return store.sql.exec(query, ...bindings)
      },
    }
    return { make: () => sequences({ ...store, sql }), written: () => written }
  }

  it('writes sixteen rows at most, however many isolates tell something', () => {
    const { make, written } = given()
    const taken = make()
    for (let number = 0; number < 5_000; number++) taken.take(isolate(number), 1, 1_000)
    taken.flush(1_000)
    expect(written()).toBe(16)
    taken.take(isolate(7), 2, 2_000)
    taken.flush(2_000)
    expect(written()).toBe(17)
    taken.flush(3_000)
    expect(written()).toBe(17)
  })

  it('knows all of them again when it was evicted', () => {
    const { make } = given()
    const taken = make()
    for (let number = 0; number < 100; number++) taken.take(isolate(number), 3, 1_000 + number)
    taken.flush(2_000)
    const next = make()
    expect(next.heardSince(1_050)).toBe(50)
    expect(next.take(isolate(9), 3, 3_000)).toBe(false)
    expect(next.take(isolate(9), 2, 3_000)).toBe(true)
  })

  it('forgets who was silent for an hour, and the oldest beyond twenty thousand', () => {
    const { make } = given()
    const taken = make()
    taken.take(isolate(1), 1, 0)
    taken.take(isolate(2), 1, 1_000)
    taken.flush(3_600_500)
    expect(make().heardSince(0)).toBe(1)
    for (let number = 10; number < 20_015; number++) taken.take(isolate(number), 1, 3_600_000 + number)
    taken.flush(3_700_000)
    expect(make().heardSince(0)).toBe(20_000)
    expect(make().take(isolate(2), 1, 3_700_000)).toBe(true)
    expect(make().take(isolate(20_014), 1, 3_700_000)).toBe(false)
  })
})
