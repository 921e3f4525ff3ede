import { describe, expect, it } from 'vitest'
import { failureOf } from '../../support/call.ts'
import { quickClock } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'
import { gone, never } from './behaving.ts'

describe('a caller that leaves × limit: a thousand of them', () => {
  const record = { endpoints: ['https://a.example.com', 'https://b.example.com'], limits: { maxInFlight: 2 } }

  function given(of: object, options: object = {}) {
    return world(of, never, { clock: quickClock(), ...options })
  }

  /** Calls that are left before they are answered, two at a time and nothing of their handlers resumed. */
  async function leave({ call, clock }: ReturnType<typeof given>): Promise<void> {
    for (let pair = 0; pair < 500; pair++) {
      const controllers = [new AbortController(), new AbortController()]
      for (const { signal } of controllers) call({ signals: () => [signal] }).catch(() => {})
      await clock.advance(1)
      for (const controller of controllers) controller.abort(gone())
    }
  }

  it('hold no slot: as many calls as before find room', async () => {
    const mesh = given(record)
    await leave(mesh)
    expect(await mesh.inFlight()).toEqual([0, 0])
    for (let call = 0; call < 4; call++) mesh.call().catch(() => {})
    await mesh.clock.advance(1)
    expect(await mesh.inFlight()).toEqual([2, 2])
    expect((await failureOf(mesh.call())).code).toBe('overloaded')
  })

  it('count for nothing in the throttle that had become alert', async () => {
    const mesh = given(record)
    const { throttle } = await mesh.users()
    throttle.answer('refused', false, 'default', mesh.clock.now())
    await leave(mesh)
    expect(throttle.refusalShare('sheddable', mesh.clock.now())).toBe(0)
  })

  it('spend nothing of the budget, and no loan of the allowance', async () => {
    const mesh = given(record)
    const before = (await mesh.users()).budget.balance
    await leave(mesh)
    expect((await mesh.users()).budget.balance).toBe(before)
  })

  it('are heard of where the platform cancels: with one endpoint all but the one of them that is in flight alone', async () => {
    const one = { ...record, endpoints: ['https://a.example.com'], limits: { maxInFlight: 64 } }
    const mesh = given(one, { platformCancels: true })
    await leave(mesh)
    // The first of each pair is alone when it comes. One such slot of 64 may be held until a second after its deadline.
    expect(await mesh.inFlight()).toEqual([1])
    await mesh.clock.advance(16_001)
    expect(await mesh.inFlight()).toEqual([0])
  })

  it('are all heard of where there are few slots', async () => {
    const one = { ...record, endpoints: ['https://a.example.com'] }
    const mesh = given(one, { platformCancels: true })
    await leave(mesh)
    expect(await mesh.inFlight()).toEqual([0])
  })
})
