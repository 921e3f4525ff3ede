import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/time/clock.ts'
import { quickClock } from './upstream.ts'
import { type WorldOptions, world } from './worlds.ts'

describe('the clock of a world', () => {
  it.each<[string, WorldOptions]>([
    ['its own', {}],
    ['one that it is given', { clock: quickClock() }],
  ])('is the one that its mesh goes by: %s', async (_, options) => {
    const met: Clock[] = []
    const send = async (_: Request, sent: { readonly clock: Clock }) => {
      met.push(sent.clock)
      return new Response()
    }
    const { call, clock } = world('https://a.example.com', send, options)
    expect(clock).toBe(options.clock ?? clock)
    await clock.run(call())
    expect(met).toHaveLength(1)
    expect(met[0]).toBe(clock)
  })

  it('is that of its uploads, too: one that stands still is given up', async () => {
    const { call, clock } = world('https://a.example.com', () => new Promise<never>(() => {}), { clock: quickClock() })
    const body = new ReadableStream({ pull: () => new Promise<never>(() => {}) })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const failure = call({}, request).catch(({ code }) => code)
    expect(await clock.run(failure)).toBe('body_idle')
    expect(clock.pending).toBe(0)
  })
})
