import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { gaps, inOrder, passOver, type Sequenced } from '../../src/transactional/in-order.ts'
import { nodeStore } from '../support/node-store.ts'

const NOW = 1_760_000_000_000

function givenReceiver(first?: number) {
  const clock = virtualClock({ startAt: NOW })
  const store = nodeStore()
  const applied: string[] = []
  const work = ({ source, sequence }: Sequenced) => void applied.push(`${source}${Number(sequence)}`)
  const options = { clock, ...(first !== undefined && { first }) }
  const take = (source: string, sequence: string | number) => inOrder(store, { source, sequence }, work, options)
  return { clock, store, applied, work, take, options }
}

describe('inOrder', () => {
  it('applies events by their sequence, each source for itself', () => {
    const { take, applied } = givenReceiver()
    expect(take('a', '0000000001')).toEqual({ outcome: 'applied', applied: 1 })
    expect(take('b', 1)).toEqual({ outcome: 'applied', applied: 1 })
    expect(take('a', 2)).toEqual({ outcome: 'applied', applied: 1 })
    expect(applied).toEqual(['a1', 'b1', 'a2'])
  })

  it('holds what is early, and applies it with the one that it waits for', () => {
    const { take, applied } = givenReceiver()
    expect(take('a', 3)).toEqual({ outcome: 'held', applied: 0 })
    expect(take('a', 2)).toEqual({ outcome: 'held', applied: 0 })
    expect(take('a', 5)).toEqual({ outcome: 'held', applied: 0 })
    expect(take('a', 1)).toEqual({ outcome: 'applied', applied: 3 })
    expect(take('a', 4)).toEqual({ outcome: 'applied', applied: 2 })
    expect(applied).toEqual(['a1', 'a2', 'a3', 'a4', 'a5'])
  })

  it('drops what was applied, and holds what is held once', () => {
    const { take, store } = givenReceiver()
    take('a', 1)
    expect(take('a', 1)).toEqual({ outcome: 'old', applied: 0 })
    take('a', 3)
    expect(take('a', 3)).toEqual({ outcome: 'held', applied: 0 })
    expect(gaps(store)).toMatchObject([{ held: 1 }])
  })

  it('keeps all as it was where the work throws, and applies it when it comes again', () => {
    const { take, store, clock, applied, work } = givenReceiver()
    take('a', 2)
    let isBroken = true
    const failing = (event: Sequenced) => {
      if (isBroken && Number(event.sequence) === 2) throw new Error('down')
      work(event)
    }
    const again = () => inOrder(store, { source: 'a', sequence: 1 }, failing, { clock })
    expect(again).toThrow('down')
    applied.length = 0
    isBroken = false
    expect(again()).toEqual({ outcome: 'applied', applied: 2 })
    expect(applied).toEqual(['a1', 'a2'])
  })

  it('holds a thousand of a source, and no more', () => {
    const { take } = givenReceiver()
    for (let sequence = 2; sequence <= 1001; sequence++) take('a', sequence)
    expect(take('a', 1002)).toEqual({ outcome: 'full', applied: 0 })
    expect(take('b', 2)).toEqual({ outcome: 'held', applied: 0 })
    expect(take('a', 1)).toEqual({ outcome: 'applied', applied: 1001 })
    expect(take('a', 1002)).toEqual({ outcome: 'applied', applied: 1 })
  })

  it('begins where it is told to, with a source that it never heard of', () => {
    const { take, applied } = givenReceiver(500)
    take('a', 501)
    expect(take('a', 499)).toEqual({ outcome: 'old', applied: 0 })
    take('a', 500)
    expect(applied).toEqual(['a500', 'a501'])
  })

  it.each(['', '1.5', '-1', 'x', 1.5, -1, Number.NaN])('refuses a sequence that is none: %j', (sequence) => {
    expect(() => givenReceiver().take('a', sequence)).toThrow('A sequence is a whole number')
  })

  it('applies all of them in order, in whatever order and however often they come', () => {
    const arrivals = fc
      .shuffledSubarray(
        Array.from({ length: 30 }, (_, at) => at + 1),
        { minLength: 30 },
      )
      .chain((all) => fc.tuple(fc.constant(all), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 30 })))
    fc.assert(
      fc.property(arrivals, ([all, again]) => {
        const { take, applied, store } = givenReceiver()
        const mixed = all.flatMap((one, at) => [one, ...again.slice(at, at + 1)])
        for (const sequence of mixed) take('a', sequence)
        expect(applied).toEqual(Array.from({ length: 30 }, (_, at) => `a${at + 1}`))
        expect(gaps(store)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

describe('gaps', () => {
  it('tell what is missing, since when, and how many wait', async () => {
    const { take, store, clock } = givenReceiver()
    expect(gaps(store)).toEqual([])
    take('a', 18)
    await clock.advance(1000)
    take('a', 19)
    take('b', 2)
    expect(gaps(store)).toEqual([
      { source: 'a', waitsFor: 1, since: NOW, held: 2 },
      { source: 'b', waitsFor: 1, since: NOW + 1000, held: 1 },
    ])
    expect(gaps(store, { limit: 1 })).toHaveLength(1)
  })

  it('begin anew with the next one', async () => {
    const { take, store, clock } = givenReceiver()
    take('a', 2)
    take('a', 4)
    await clock.advance(1000)
    take('a', 1)
    expect(gaps(store)).toEqual([{ source: 'a', waitsFor: 3, since: NOW + 1000, held: 1 }])
  })
})

describe('passOver', () => {
  it('applies what waits for an event that never comes, which is old then', () => {
    const { take, store, work, applied, options } = givenReceiver()
    take('a', 1)
    for (const sequence of [3, 4, 6]) take('a', sequence)
    expect(passOver(store, 'a', work, options)).toBe(2)
    expect(applied).toEqual(['a1', 'a3', 'a4'])
    expect(gaps(store)).toMatchObject([{ waitsFor: 5, held: 1 }])
    expect(take('a', 2)).toEqual({ outcome: 'old', applied: 0 })
    expect(passOver(store, 'a', work, options)).toBe(1)
    expect(passOver(store, 'a', work, options)).toBe(0)
  })
})
