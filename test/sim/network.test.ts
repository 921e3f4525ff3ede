import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { type Destination, fetchOver, type Sent } from '../../src/sim/network.ts'
import type { Network } from '../../src/sim/scenario.ts'
import { turns } from '../../src/sim/turns.ts'

const url = 'http://there/'

function given({ tells = true, ...network }: Network & { tells?: boolean } = {}) {
  const clock = virtualClock({ startAt: 0, flush: turns() })
  const arrived: Sent[] = []
  const to: Destination = (sent) => arrived.push(sent)
  const destinations = new Map([[url, to]])
  const roads = { destinations, network: { latency: 10, ...network }, tells, clock, random: seeded(1) }
  return { clock, arrived, fetch: fetchOver(roads) }
}

describe('the network', () => {
  it('takes its time both ways', async () => {
    const { clock, arrived, fetch } = given()
    const answer = fetch(url, {})
    await clock.advance(9)
    expect(arrived).toHaveLength(0)
    await clock.advance(1)
    arrived[0]?.answer(new Response(null, { status: 204 }))
    expect((await clock.run(answer)).status).toBe(204)
    expect(clock.now()).toBe(20)
  })

  it('carries what the mesh tells, both ways, or nothing of it', async () => {
    for (const tells of [true, false]) {
      const { clock, arrived, fetch } = given({ tells })
      const answer = fetch(url, { headers: new Headers({ 'selvedge-retry-allowance': '2' }) })
      await clock.advance(10)
      expect(arrived[0]?.headers?.get('selvedge-retry-allowance')).toBe(tells ? '2' : undefined)
      arrived[0]?.answer(new Response(null, { status: 503, headers: { 'selvedge-retries-used': '1' } }))
      const { status, headers } = await clock.run(answer)
      expect([status, headers.get('selvedge-retries-used')]).toEqual([503, tells ? '1' : null])
    }
  })

  it('fails for a sender that leaves, at once, and says so to the other side only where that hears', async () => {
    for (const cancels of [true, false]) {
      const { clock, arrived, fetch } = given({ cancels })
      const sender = new AbortController()
      const answer = fetch(url, { signal: sender.signal })
      await clock.advance(10)
      sender.abort(new Error('left'))
      await expect(answer).rejects.toThrow('left')
      expect(arrived[0]?.signal?.aborted ?? false).toBe(cancels)
    }
  })

  it('does not send for a sender that has left, nor to where nothing listens', async () => {
    const { arrived, fetch } = given()
    await expect(fetch(url, { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left')
    await expect(fetch('http://nowhere/', {})).rejects.toThrow('Nothing listens at http://nowhere/.')
    expect(arrived).toHaveLength(0)
  })
})
