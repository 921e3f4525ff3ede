import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { participant } from '../../src/transactional/participant.ts'
import { nodeStore } from '../support/node-store.ts'

const DAY_MS = 86_400_000

function givenParticipant() {
  const clock = virtualClock({ startAt: 1_760_000_000_000 })
  const store = nodeStore()
  const steps = participant(store, { clock })
  const reserved = new Map<string, number>()
  let reservations = 0
  const reserve = (key: string) =>
    steps.forward(key, () => {
      reserved.set(key, (reserved.get(key) ?? 0) + 1)
      return { id: ++reservations }
    })
  const released: unknown[] = []
  const release = (key: string) =>
    steps.undo(key, (value: { id: number }) => {
      released.push(value)
      reserved.set(key, (reserved.get(key) ?? 0) - 1)
    })
  return { clock, store, steps, reserve, release, reserved, released }
}

describe('participant', () => {
  it('does a step once, and gives what it gave before', () => {
    const { reserve, reserved } = givenParticipant()
    expect(reserve('saga~1~reserve')).toEqual({ isUndone: false, isFirst: true, value: { id: 1 } })
    expect(reserve('saga~1~reserve')).toEqual({ isUndone: false, isFirst: false, value: { id: 1 } })
    expect([...reserved.values()]).toEqual([1])
  })

  it('does nothing without a key: all who bring none would be one', () => {
    const { reserve, release, reserved } = givenParticipant()
    expect(() => reserve('')).toThrow('A key is a text, and not empty; got "".')
    expect(() => release('')).toThrow('A key is a text, and not empty; got "".')
    expect(reserved.size).toBe(0)
  })

  it('undoes it once, by what it gave', () => {
    const { reserve, release, reserved, released } = givenParticipant()
    reserve('a')
    expect(release('a')).toBe(true)
    expect(release('a')).toBe(false)
    expect(released).toEqual([{ id: 1 }])
    expect([...reserved.values()]).toEqual([0])
  })

  it('refuses a step that comes after its undo, also where the undo came first', () => {
    const { reserve, release, reserved } = givenParticipant()
    expect(release('late')).toBe(false)
    expect(reserve('late')).toEqual({ isUndone: true })
    reserve('a')
    release('a')
    expect(reserve('a')).toEqual({ isUndone: true })
    expect(reserved.get('late')).toBeUndefined()
  })

  it('keeps nothing of work that throws: the step, or the undo, may come again', () => {
    const { steps, reserve, release } = givenParticipant()
    const refuse = () => {
      throw new Error('limit exceeded')
    }
    expect(() => steps.forward('a', refuse)).toThrow('limit exceeded')
    expect(reserve('a')).toMatchObject({ isFirst: true })
    expect(() => steps.undo('a', refuse)).toThrow('limit exceeded')
    expect(release('a')).toBe(true)
    expect(() => steps.forward('b', async () => {})).toThrow('synchronous')
    expect(reserve('b')).toMatchObject({ isFirst: true })
  })

  it('remembers for 400 days what may be undone, and for 30 what is refused', async () => {
    const { reserve, release, clock } = givenParticipant()
    reserve('parked')
    release('refused')
    await clock.advance(29 * DAY_MS)
    reserve('other')
    expect(reserve('refused')).toEqual({ isUndone: true })
    await clock.advance(2 * DAY_MS)
    reserve('another')
    expect(reserve('refused')).toMatchObject({ isFirst: true })
    await clock.advance(360 * DAY_MS)
    reserve('last')
    expect(release('parked')).toBe(true)
  })

  it('comes to all or nothing, in whatever order steps and undos arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.boolean()), { maxLength: 20 }), (arrivals) => {
        const { reserve, release, reserved } = givenParticipant()
        const undone = new Set<string>()
        const done = new Set<string>()
        for (const [key, isUndo] of arrivals) {
          if (isUndo) {
            release(key)
            undone.add(key)
          } else {
            reserve(key)
            done.add(key)
          }
        }
        for (const key of done) expect(reserved.get(key) ?? 0).toBe(undone.has(key) ? 0 : 1)
      }),
      { numRuns: 200 },
    )
  })
})
