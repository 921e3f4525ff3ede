import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { inboxEngine } from '../../../src/durable/inbox/inbox-engine.ts'
import { nodeStore } from '../../support/node-store.ts'

const NOW = 1_760_000_000_000

function givenInbox() {
  const clock = virtualClock({ startAt: NOW })
  const woken: number[] = []
  const store = nodeStore()
  const inbox = inboxEngine({ store, clock, wake: (at) => woken.push(at) })
  const rows = () => store.sql.exec<{ rows: number }>('SELECT COUNT(*) AS rows FROM messages').toArray()[0]?.rows
  return { clock, inbox, woken, rows, store }
}

describe('inboxEngine', () => {
  it('gives a message to one, until that one says how it ended', () => {
    const { inbox } = givenInbox()
    expect(inbox.claim('a', 60_000)).toEqual({ state: 'new', token: 1 })
    expect(inbox.claim('a', 60_000)).toEqual({ state: 'running', leftMs: 60_000 })
    expect(inbox.claim('b', 60_000)).toEqual({ state: 'new', token: 1 })
    inbox.done('a', 3_600_000)
    inbox.release('b', 1)
    expect(inbox.claim('a', 60_000)).toEqual({ state: 'done' })
    expect(inbox.claim('b', 60_000)).toMatchObject({ state: 'new' })
  })

  it('gives it to another when the claim is over, and forgets what was done after its time', async () => {
    const { inbox, clock } = givenInbox()
    inbox.claim('a', 60_000)
    await clock.advance(60_000)
    expect(inbox.claim('a', 60_000)).toEqual({ state: 'new', token: 2 })
    // Whoever had it before has nothing to say of it any more, but that it was done.
    inbox.release('a', 1)
    expect(inbox.claim('a', 60_000)).toMatchObject({ state: 'running' })
    inbox.done('a', 100_000)
    await clock.advance(99_999)
    expect(inbox.claim('a', 60_000)).toEqual({ state: 'done' })
    await clock.advance(1)
    expect(inbox.claim('a', 60_000)).toMatchObject({ state: 'new' })
  })

  it('does not take back what was done', () => {
    const { inbox } = givenInbox()
    inbox.claim('a', 60_000)
    inbox.done('a', 100_000)
    inbox.release('a', 1)
    expect(inbox.claim('a', 60_000)).toEqual({ state: 'done' })
  })

  it('lets go of what is over, and wakes as long as there is something', async () => {
    const { inbox, clock, woken, rows } = givenInbox()
    inbox.claim('a', 60_000)
    inbox.claim('b', 60_000)
    inbox.done('b', 5_000_000)
    expect(woken).toEqual([NOW + 3_600_000])
    await clock.advance(3_600_000)
    inbox.turn()
    expect(rows()).toBe(1)
    expect(woken).toHaveLength(2)
    await clock.advance(3_600_000)
    inbox.turn()
    expect(rows()).toBe(0)
    expect(woken).toHaveLength(2)
    inbox.claim('c', 60_000)
    expect(woken).toHaveLength(3)
  })

  it('does not put its turn off where the object was evicted between two claims', async () => {
    const { inbox, clock, woken, store } = givenInbox()
    inbox.claim('a', 60_000)
    await clock.advance(1_800_000)
    const anew = inboxEngine({ store, clock, wake: (at) => woken.push(at) })
    anew.claim('b', 60_000)
    expect(woken).toEqual([NOW + 3_600_000])
  })
})
