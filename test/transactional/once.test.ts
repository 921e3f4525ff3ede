import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { once } from '../../src/transactional/once.ts'
import { nodeStore } from '../support/node-store.ts'

const DAY_MS = 86_400_000

function givenOnce() {
  const clock = virtualClock({ startAt: 2_800 * 7 * DAY_MS })
  const store = nodeStore()
  const done: string[] = []
  const take = (id: string) =>
    once(
      store,
      id,
      () => {
        done.push(id)
        return { number: done.length }
      },
      { clock },
    )
  const rows = () => store.sql.exec<{ rows: number }>('SELECT COUNT(*) AS rows FROM selvedge_once').toArray()[0]?.rows
  return { clock, store, done, take, rows }
}

describe('once', () => {
  it('does work once an id, and gives what it gave before', () => {
    const { take, done } = givenOnce()
    expect(take('a')).toEqual({ isFirst: true, value: { number: 1 } })
    expect(take('b')).toEqual({ isFirst: true, value: { number: 2 } })
    expect(take('a')).toEqual({ isFirst: false, value: { number: 1 } })
    expect(done).toEqual(['a', 'b'])
  })

  it('does nothing without an id: all who bring none would be one', () => {
    const { take, done } = givenOnce()
    expect(() => take('')).toThrow('A key is a text, and not empty; got "".')
    expect(done).toEqual([])
  })

  it('remembers work that gives nothing', () => {
    const { store, clock } = givenOnce()
    const take = () => once(store, 'a', () => {}, { clock })
    expect(take()).toEqual({ isFirst: true, value: undefined })
    expect(take()).toEqual({ isFirst: false, value: undefined })
  })

  it('takes its mark back with what the work wrote, where that throws', () => {
    const { store, clock } = givenOnce()
    store.sql.exec('CREATE TABLE orders (id TEXT)')
    const take = (isRefused: boolean) =>
      once(
        store,
        'a',
        () => {
          store.sql.exec("INSERT INTO orders VALUES ('x')")
          if (isRefused) throw new Error('no credit')
        },
        { clock },
      )
    expect(() => take(true)).toThrow('no credit')
    expect(() => take(true)).toThrow('no credit')
    expect(take(false).isFirst).toBe(true)
    expect(take(false).isFirst).toBe(false)
    expect(store.sql.exec('SELECT * FROM orders').toArray()).toHaveLength(1)
  })

  it('does not take a table of the receiver that is missing for its own', () => {
    const { store } = givenOnce()
    let times = 0
    const work = () => {
      times++
      store.sql.exec('INSERT INTO nowhere VALUES (1)')
    }
    expect(() => once(store, 'a', work)).toThrow('no such table: nowhere')
    expect(times).toBe(1)
  })

  it('refuses asynchronous work, and keeps nothing of it', () => {
    const { store, take } = givenOnce()
    expect(() => once(store, 'a', async () => {})).toThrow('synchronous')
    expect(take('a').isFirst).toBe(true)
  })

  it.each([0, 1, 3, 6.9])('keeps an id for seven days, and not for fourteen: %f days into a week', async (days) => {
    const { take, clock } = givenOnce()
    await clock.advance(days * DAY_MS)
    take('a')
    await clock.advance(7 * DAY_MS)
    expect(take('a')).toEqual({ isFirst: false, value: { number: 1 } })
    await clock.advance(7 * DAY_MS)
    expect(take('a').isFirst).toBe(true)
  })

  it('forgets what is old as new ids come, a hundred with each', async () => {
    const { take, clock, rows } = givenOnce()
    for (let id = 0; id < 150; id++) take(`old-${id}`)
    await clock.advance(14 * DAY_MS)
    take('a')
    expect(rows()).toBe(51)
    take('b')
    take('c')
    expect(rows()).toBe(3)
  })
})
