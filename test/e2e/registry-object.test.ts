/** The registry's object in a process of its own, with its storage on disk: killed with `kill -9`, it loses nothing that it confirmed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type KvServer, startKv } from '../support/kv-server.ts'
import { type RawWorkerd, startRawWorkerd } from '../support/raw-workerd.ts'
import { type RegistryWorkerd, registryWorkerd } from '../support/registry-workerd.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

const by = { author: 'ann', message: 'because' }

describe('the registry object on disk', () => {
  let kv: KvServer
  let control: RegistryWorkerd

  beforeAll(async () => {
    kv = await startKv({ old: 'https://old.test' })
    control = await registryWorkerd(kv.address)
    await control.start()
  })
  afterAll(async () => {
    await control?.dispose()
    kv?.close()
  })

  const write = async (name: string, text: string | null) => {
    const revision = (await control.call('get', name))?.revision
    const condition = revision === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: revision }
    return control.call('write', [{ name, text, condition }], by)
  }
  const published = (name: string, text: string) =>
    eventually(`${name} is ${text} in KV`, () => kv.get(name)?.value === text, 15_000)

  it('takes in what stands in KV, and publishes with a stamp', async () => {
    expect(await control.call('get', 'old')).toMatchObject({ revision: 1, origin: 'adopt' })
    expect(await write('users', 'https://a.test')).toMatchObject({ ok: true, revision: 2 })
    await published('users', 'https://a.test')
    expect(kv.get('users')?.metadata).toMatchObject({ revision: 2, author: 'ann', message: 'because' })
  })

  it('has after kill -9 all that it confirmed, and goes on publishing by itself', async () => {
    kv.fault = 'fail'
    expect(await write('users', 'https://b.test')).toMatchObject({ ok: true })
    expect(await write('orders', 'https://o.test')).toMatchObject({ ok: true })
    await control.kill()
    kv.fault = 'none'
    await control.start()
    // Nobody calls it: the alarm was stored with the write.
    await published('users', 'https://b.test')
    await published('orders', 'https://o.test')
    expect((await control.call('history', 'users')).items.map(({ text }) => text)).toEqual([
      'https://b.test',
      'https://a.test',
    ])
  })

  it('agrees with KV after kill -9 in the middle of writing and publishing, again and again', async () => {
    const confirmed: { revision: number; name: string; text: string }[] = []
    for (let round = 0; round < 6; round++) {
      // Slower each time: it is killed at another step of the same work.
      kv.delayMs = round * 7
      const writing = Promise.allSettled(
        Array.from({ length: 10 }, async (_, writer) => {
          for (let count = 0; count < 20; count++) {
            const text = `https://${round}-${writer}-${count}.test`
            const answer = await write(`s${writer}`, text)
            if (answer.ok) confirmed.push({ revision: answer.revision, name: `s${writer}`, text })
          }
        }),
      )
      await eventually('some writes are confirmed', () => confirmed.length > round * 40 + 25, 15_000)
      await control.kill()
      await writing
      await control.start()
    }
    kv.delayMs = 0
    await eventually(
      'all is published',
      async () => {
        const { items } = await control.call('list', { prefix: 's' })
        return items.length === 10 && items.every(({ state }) => state === 'published')
      },
      20_000,
    )

    for (const { name, text } of (await control.call('list', { prefix: 's' })).items)
      expect(kv.get(name)?.value).toBe(text)
    const { rows } = await control.call('export')
    for (const row of confirmed) expect(rows).toContainEqual(expect.objectContaining(row))
    const revisions = rows.map(({ revision }) => revision)
    expect(revisions).toEqual(revisions.map((_, at) => at + 1))
  }, 90_000)

  it('lets traffic and KV alone when it is gone', async () => {
    let upstream: Upstream | undefined
    let mesh: RawWorkerd | undefined
    try {
      upstream = await startUpstream()
      mesh = await startRawWorkerd(kv.address)
      await write('alive', upstream.url)
      await published('alive', upstream.url)
      await control.kill()
      expect((await mesh.call('/svc/alive/')).status).toBe(200)
      expect(kv.get('alive')).toMatchObject({ value: upstream.url, metadata: { author: 'ann' } })
    } finally {
      await control.start()
      await mesh?.dispose()
      await upstream?.close()
    }
  })
})
