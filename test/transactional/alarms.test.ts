import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { alarms } from '../../src/transactional/alarms.ts'
import { nodeObject } from '../support/node-object.ts'

const NOW = 1_760_000_000_000

function givenAlarms() {
  const clock = virtualClock({ startAt: NOW })
  const object = nodeObject(clock)
  const failures: unknown[] = []
  const born = () => alarms(object.born(), { clock, onFailure: (name, error) => failures.push([name, String(error)]) })
  return { clock, object, born, failures }
}

/** Lets time pass, and rings as the platform would. */
async function pass({ clock, object }: ReturnType<typeof givenAlarms>, ms: number, alarm: () => Promise<void>) {
  const until = clock.now() + ms
  while (object.alarmAt !== null && object.alarmAt <= until) {
    await clock.advance(Math.max(0, object.alarmAt - clock.now()))
    await object.ring(alarm)
  }
  await clock.advance(until - clock.now())
}

describe('alarms', () => {
  it('wakes each name at its own time, by one alarm', async () => {
    const given = givenAlarms()
    const shared = given.born()
    const woken: [string, number][] = []
    for (const name of ['a', 'b', 'c']) shared.on(name, () => void woken.push([name, given.clock.now() - NOW]))
    shared.set('b', NOW + 2000)
    shared.set('a', NOW + 1000)
    shared.set('c', NOW + 5000)
    expect(given.object.alarmAt).toBe(NOW + 1000)
    await pass(given, 3000, shared.alarm)
    expect(woken).toEqual([
      ['a', 1000],
      ['b', 2000],
    ])
    expect(shared.get('a')).toBeUndefined()
    expect(given.object.alarmAt).toBe(NOW + 5000)
  })

  it('wakes what failed again after 1 s, doubling up to 5 min, and never throws', async () => {
    const given = givenAlarms()
    const shared = given.born()
    const woken: number[] = []
    shared.on('a', () => {
      woken.push((given.clock.now() - NOW) / 1000)
      throw new Error('down')
    })
    shared.set('a', NOW)
    await pass(given, 1_500_000, shared.alarm)
    expect(woken).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111, 1411])
    expect(shared.failures('a')).toBe(13)
    expect(given.failures[0]).toEqual(['a', 'Error: down'])
  })

  it('wakes the others, and what failed again, where whoever is told of the failure throws', async () => {
    const given = givenAlarms()
    const shared = alarms(given.object.born(), {
      clock: given.clock,
      onFailure: () => {
        throw new Error('told in vain')
      },
    })
    const woken: [string, number][] = []
    shared.on('bad', () => {
      woken.push(['bad', given.clock.now() - NOW])
      throw new Error('down')
    })
    shared.on('good', () => void woken.push(['good', given.clock.now() - NOW]))
    shared.set('bad', NOW - 1)
    shared.set('good', NOW)
    await pass(given, 2000, shared.alarm)
    expect(woken).toEqual([
      ['bad', 0],
      ['good', 0],
      ['bad', 1000],
    ])
  })

  it('keeps what its own work sets for the next time', async () => {
    const given = givenAlarms()
    const shared = given.born()
    let count = 0
    shared.on('tick', () => {
      count++
      shared.set('tick', given.clock.now() + 1000)
    })
    shared.set('tick', NOW)
    await pass(given, 10_500, shared.alarm)
    expect(count).toBe(11)
  })

  it('does what is due of other names, where one fails or hangs on', async () => {
    const given = givenAlarms()
    const shared = given.born()
    const woken: string[] = []
    shared.on('bad', () => Promise.reject(new Error('down')))
    shared.on('good', () => void woken.push('good'))
    shared.set('bad', NOW - 1)
    shared.set('good', NOW)
    await shared.alarm()
    expect(woken).toEqual(['good'])
  })

  it('keeps a name that nobody answers for until somebody does', async () => {
    const given = givenAlarms()
    given.born().set('a', NOW)
    await given.born().alarm()
    expect(given.failures).toEqual([['a', 'Error: Nobody answers for the alarm "a".']])
    const again = given.born()
    const woken: string[] = []
    again.on('a', () => void woken.push('a'))
    await pass(given, 1000, again.alarm)
    expect(woken).toEqual(['a'])
  })

  it('is woken again where the object ends in the midst of its work', async () => {
    const given = givenAlarms()
    const shared = given.born()
    shared.on('a', () => {
      // Another life begins: this one ends here.
      given.born()
    })
    shared.set('a', NOW)
    await given.object.ring(shared.alarm)
    const again = given.born()
    const woken: string[] = []
    again.on('a', () => void woken.push('a'))
    await pass(given, 5000, again.alarm)
    expect(woken).toEqual(['a'])
  })

  it.each([
    ['lost', null],
    ['late by more than a minute', NOW - 60_001],
    ['later than it should be', NOW + 10_000],
  ])('is set anew by who wakes the object where it is %s', async (_, alarmAt) => {
    const given = givenAlarms()
    given.born().set('a', NOW + 1000)
    given.object.alarmAt = alarmAt
    given.born()
    await given.clock.advance(0)
    expect(given.object.alarmAt).toBe(NOW + 1000)
  })

  it('is taken back with the transaction that set it', () => {
    const { object, born, clock } = givenAlarms()
    const ctx = object.born()
    const shared = alarms(ctx, { clock })
    expect(() =>
      ctx.storage.transactionSync(() => {
        shared.set('a', NOW)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(shared.get('a')).toBeUndefined()
    expect(born().get('a')).toBeUndefined()
  })

  it('rings for nobody where a name was cleared', async () => {
    const given = givenAlarms()
    const shared = given.born()
    shared.on('a', () => {
      throw new Error('It was cleared.')
    })
    shared.set('a', NOW)
    shared.clear('a')
    await given.object.ring(shared.alarm)
    expect(given.failures).toEqual([])
  })

  it('refuses what is no instant', () => {
    expect(() => givenAlarms().born().set('a', Number.NaN)).toThrow('got NaN')
  })
})
