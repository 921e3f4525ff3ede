import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lru } from '../../src/core/lru.ts'

describe('lru', () => {
  it('gives what was set last under a key, and nothing for another', () => {
    const map = lru<string, number>(10)
    map.set('a', 1)
    map.set('a', 2)
    expect([map.get('a'), map.get('b'), map.size]).toEqual([2, undefined, 1])
  })

  it('tells all that it keeps, each once', () => {
    const map = lru<string, number>(6)
    for (let number = 0; number < 5; number++) map.set(`${number % 4}`, number)
    expect([...map.values()].sort((one, other) => one - other)).toEqual([1, 2, 3, 4])
    expect([...map.values()].length).toBe(map.size)
  })

  it('forgets what is deleted', () => {
    const map = lru<string, number>(2)
    map.set('a', 1)
    map.delete('a')
    expect([map.get('a'), map.size]).toEqual([undefined, 0])
  })

  it('keeps what is asked for while others come and go', () => {
    const map = lru<string, number>(4)
    map.set('hot', 0)
    for (let number = 0; number < 100; number++) {
      map.set(`cold ${number}`, number)
      expect(map.get('hot')).toBe(0)
    }
    expect(map.get('cold 0')).toBeUndefined()
  })

  it('keeps the half of its capacity that was used last, and never more than its capacity', () => {
    const key = fc.nat(12)
    const step = fc.tuple(fc.constantFrom('get', 'set', 'set', 'delete'), key)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 80 }), (capacity, steps) => {
        const map = lru<number, string>(capacity)
        const values = new Map<number, string>()
        // Keys by their last use, the latest first. One that was deleted keeps its place.
        let used: number[] = []
        steps.forEach(([does, key], index) => {
          if (does === 'delete') {
            map.delete(key)
            values.delete(key)
          } else if (does === 'set') {
            map.set(key, `value ${index}`)
            values.set(key, `value ${index}`)
          } else {
            const value = map.get(key)
            if (value === undefined) return
            expect(value).toBe(values.get(key))
          }
          used = [key, ...used.filter((other) => other !== key)]
          expect(map.size).toBeLessThanOrEqual(capacity)
        })
        for (const key of used.slice(0, Math.floor(capacity / 2))) expect(map.get(key)).toBe(values.get(key))
      }),
    )
  })
})
