import { describe, expect, it } from 'vitest'
import { patience } from '../../../src/admin/auth/patience.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'

async function waits(times: number, clock = virtualClock(), slow = patience(clock)) {
  const waited: number[] = []
  for (let time = 0; time < times; time++) {
    const before = clock.now()
    await clock.run(slow.wait())
    waited.push(clock.now() - before)
  }
  return { waited, clock, slow }
}

describe('patience', () => {
  it('lets each wrong token wait longer than the one before, 2 s at most', async () => {
    expect((await waits(6)).waited).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000])
  })

  it('forgets after a minute without any', async () => {
    const { clock, slow } = await waits(5)
    await clock.advance(60_000)
    expect((await waits(1, clock, slow)).waited).toEqual([250])
  })

  it('does not let many at once wait for each other', async () => {
    const clock = virtualClock()
    const slow = patience(clock)
    const start = clock.now()
    await clock.run(Promise.all(Array.from({ length: 100 }, () => slow.wait())))
    expect(clock.now() - start).toBe(2_000)
  })
})
