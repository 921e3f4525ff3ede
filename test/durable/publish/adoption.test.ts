import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { registryEngine } from '../../../src/durable/registry-engine.ts'
import { givenRegistry, takeTurns } from '../../support/given-registry.ts'
import { laggingKv } from '../../support/lagging-kv.ts'
import { nodeStore } from '../../support/node-store.ts'

function givenKv(count: number, metadata?: (at: number) => unknown) {
  const clock = virtualClock({ flush: async () => {} })
  const kv = laggingKv(clock)
  for (let at = 0; at < count; at++) kv.hand(`s${at}`, `https://${at}.test`, metadata?.(at))
  return { clock, kv }
}

describe('adoption', () => {
  it('makes one revision of all that stands in KV, and writes nothing there', async () => {
    const { clock, kv } = givenKv(3)
    const { engine, run } = await givenRegistry({}, clock, kv)
    expect(engine.list().items).toMatchObject(
      [0, 1, 2].map((at) => ({
        name: `s${at}`,
        text: `https://${at}.test`,
        revision: 1,
        origin: 'adopt',
        author: null,
        state: 'published',
      })),
    )
    expect(engine.status(1)).toMatchObject({ names: 3, waiting: 0, publishedAt: clock.now() })
    await run(600_000)
    expect(kv.log.every((what) => !what.startsWith('put'))).toBe(true)
    expect(engine.latest()).toBe(1)
  })

  it('leaves the first revision to the first writer where KV is empty', async () => {
    const { put } = await givenRegistry()
    expect(await put('users', 'https://a.test')).toMatchObject({ revision: 1 })
  })

  it('numbers on from the stamps of an object that was lost', async () => {
    const { clock, kv } = givenKv(3, (at) => (at === 1 ? { revision: 300, author: 'ann' } : null))
    const { engine, put, run } = await givenRegistry({}, clock, kv)
    expect(engine.list().items.map(({ revision }) => revision)).toEqual([301, 301, 301])
    expect(await put('s1', 'https://new.test')).toMatchObject({ ok: true, revision: 302 })
    await run()
    expect(kv.truth('s1')).toMatchObject({ value: 'https://new.test', metadata: { revision: 302 } })
  })

  it('takes 10,000 records in slices of 40 operations, and answers nothing before its end', async () => {
    const { clock, kv } = givenKv(10_000, (at) => (at === 9_999 ? { revision: 7 } : null))
    const engine = registryEngine({ store: nodeStore(), namespace: kv, clock, scanMs: 0 })
    await expect(engine.ready()).rejects.toMatchObject({ code: 'registry_unavailable', retryAfterMs: 1_000 })
    expect(kv.log.length).toBeLessThanOrEqual(40)
    const by = { author: 'ann' }
    const early = engine.write([{ name: 'new', text: 'https://n.test', condition: { ifNoneMatch: '*' } }], by)
    await expect(early).rejects.toMatchObject({ code: 'registry_unavailable' })
    expect(engine.nextAt()).toBeLessThanOrEqual(clock.now())
    await takeTurns(engine, clock, 0)
    await engine.ready()
    expect(engine.status(8)).toMatchObject({ names: 10_000, waiting: 0, origin: 'adopt' })
    expect(engine.latest()).toBe(8)
  })

  it('tries again where KV is down', async () => {
    const { clock, kv } = givenKv(2)
    kv.isDown = true
    const engine = registryEngine({ store: nodeStore(), namespace: kv, clock, scanMs: 0 })
    await expect(engine.ready()).rejects.toMatchObject({ code: 'registry_unavailable' })
    await takeTurns(engine, clock, 4_000)
    expect(kv.log).toEqual(['list'])
    kv.isDown = false
    await takeTurns(engine, clock, 1_000)
    await engine.ready()
    expect(engine.list().items.length).toBe(2)
  })

  it('enters nothing twice where it had to begin anew', async () => {
    const { clock, kv } = givenKv(2_500)
    kv.poisoned = 's999'
    const engine = registryEngine({ store: nodeStore(), namespace: kv, clock, scanMs: 0 })
    await takeTurns(engine, clock, 4_000)
    kv.poisoned = undefined
    await takeTurns(engine, clock, 1_000)
    await engine.ready()
    expect(engine.status(1)).toMatchObject({ names: 2_500 })
  })
})
