import { describe, expect, it } from 'vitest'
import { receipt } from '../../../src/core/receipt.ts'
import type { Sent } from '../../../src/targets/sent.ts'
import { pause } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'

describe('hedge × cold starts', () => {
  const lambda = (name: string) => ({ lambda: { function: name, region: 'eu-west-1', secret: 'AWS' } })

  /** Two functions, of which the first attempts, so many of them, find theirs asleep for 2 s; all others take 30 ms. */
  function given(asleep: number, hedge: object) {
    let sent = 0
    const record = { endpoints: [lambda('a'), lambda('b')], hedge, retryConstraint: 'off' }
    const subject = world(record, async (_, { work }: Sent) => {
      sent += 1
      await pause(subject.clock, sent <= asleep ? 2000 : 30, work.signal)
      return new Response()
    })
    const call = async () => {
      const told = receipt()
      const from = subject.clock.now()
      await subject.clock.run(subject.call({ receipt: told }))
      return { tookMs: subject.clock.now() - from, told }
    }
    return { ...subject, call }
  }

  it('the wait before a hedge is that of attempts which found their function awake', async () => {
    const { call, users, clock } = given(2, { maxExtraLoad: 100 })
    const took: number[] = []
    for (let made = 0; made < 24; made++) took.push((await call()).tookMs)
    expect(took.filter((ms) => ms === 2000)).toHaveLength(2)
    expect((await users()).hedging?.delayMs(clock.now())).toBe(30)
  })

  it('a function that has to wake is hedged as one that is slow, and the other one answers', async () => {
    const { call } = given(1, { delay: '50ms', maxExtraLoad: 100 })
    const { tookMs, told } = await call()
    expect(tookMs).toBe(80)
    expect(told.attempts.map(({ isCold, outcome }) => [isCold, outcome])).toEqual([
      [true, 'cancelled'],
      [true, 'success'],
    ])
  })
})
