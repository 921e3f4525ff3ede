/** The registry's object in a process of its own, with its storage on disk: killed with `kill -9`, it loses nothing that it confirmed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Condition, Refused, Written } from '../../src/durable/ledger/change.ts'
import type { RegistryEngine } from '../../src/durable/registry-engine.ts'
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

  it('keeps 50 writes of a second to one key, and gives KV the last of them, no faster than KV takes it', async () => {
    const { writes, tooFast } = kv
    const startedAt = performance.now()
    let condition: Condition = { ifNoneMatch: '*' }
    for (let count = 1; count <= 50; count++) {
      const answer: Written | Refused = await control.call(
        'write',
        [{ name: 'busy', text: `https://${count}.test`, condition }],
        by,
      )
      if (!answer.ok) throw new Error(`Write ${count} was refused: ${JSON.stringify(answer.refusals)}`)
      condition = { ifMatch: answer.revision }
    }
    await published('busy', 'https://50.test')
    const { items } = await control.call('history', 'busy')
    expect(items.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, at) => `https://${50 - at}.test`))
    await eventually('the object knows', async () => (await control.call('get', 'busy'))?.state === 'published')
    const seconds = (performance.now() - startedAt) / 1_000
    expect(kv.writes - writes).toBeLessThanOrEqual(Math.ceil(seconds) + 1)
    expect(kv.tooFast).toBe(tooFast)
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

  it('leaves KV as it is when its storage is lost, and a new one numbers on from what stands there', async () => {
    await write('kept', 'https://k.test')
    await published('kept', 'https://k.test')
    await eventually('all is published', async () => (await control.call('get', 'kept'))?.state === 'published')
    const latest = await control.call('latest')
    const { writes } = kv
    await control.lose()
    await control.start()
    expect(
      await eventually('it has taken in what stands in KV', () => control.call('get', 'kept').catch(() => false)),
    ).toMatchObject({
      text: 'https://k.test',
      origin: 'adopt',
      state: 'published',
      revision: latest + 1,
    })
    expect(kv.get('kept')).toMatchObject({ value: 'https://k.test', metadata: { revision: latest } })
    expect(kv.writes).toBe(writes)
    expect(await write('kept', 'https://k2.test')).toMatchObject({ ok: true, revision: latest + 2 })
    await published('kept', 'https://k2.test')
  })

  it('publishes 10,000 records, and lists them in order, page by page', async () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `many-${(at * 7_919) % 10_000}`)
    for (let from = 0; from < names.length; from += 1_000) {
      const changes = names
        .slice(from, from + 1_000)
        .map((name) => ({ name, text: `https://${name}.test`, condition: { ifNoneMatch: '*' as const } }))
      expect(await control.call('write', changes, by)).toMatchObject({ ok: true })
    }
    const last = await control.call('latest')
    await eventually(
      'all of them stand in KV',
      async () => {
        const waiting = await Promise.all(Array.from({ length: 10 }, (_, at) => control.call('status', last - at)))
        return waiting.every((status) => status?.waiting === 0)
      },
      280_000,
    )
    const listed: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: Awaited<ReturnType<RegistryEngine['list']>> = await control.call('list', { prefix: 'many-', cursor })
      expect(page.items.length).toBeLessThanOrEqual(100)
      listed.push(...page.items.map(({ name }) => name))
      cursor = page.cursor
    }
    expect(listed).toEqual([...names].sort())
    expect(listed.filter((name) => kv.get(name)?.value !== `https://${name}.test`)).toEqual([])
    // Half a minute, or many times that where the machine has other work.
  }, 300_000)

  it('lets traffic and KV alone when it is gone, and when KV is', async () => {
    let upstream: Upstream | undefined
    let mesh: RawWorkerd | undefined
    let isOver = false
    const statuses: number[] = []
    try {
      upstream = await startUpstream()
      // Each second a record is looked at again.
      mesh = await startRawWorkerd(kv.address, { MESH_FRESH: '1s' })
      await write('alive', upstream.url)
      await published('alive', upstream.url)
      const { call } = mesh
      const traffic = (async () => {
        for (let count = 0; count < 10_000 && !isOver; count++) {
          statuses.push((await call('/svc/alive/')).status)
          await sleep(10)
        }
      })()
      const some = async (more: number) => {
        const before = statuses.length
        await eventually(`${more} calls more`, () => statuses.length >= before + more)
      }
      await some(20)
      await control.kill()
      await some(50)
      expect(kv.get('alive')).toMatchObject({ value: upstream.url, metadata: { author: 'ann' } })
      for (const fault of ['fail', 'nonsense', 'hang'] as const) {
        kv.fault = fault
        await sleep(1_100)
        await some(50)
      }
      kv.fault = 'none'
      await some(50)
      isOver = true
      await traffic
      expect(new Set(statuses)).toEqual(new Set([200]))
    } finally {
      isOver = true
      kv.fault = 'none'
      await control.start()
      await mesh?.dispose()
      await upstream?.close()
    }
  })
})
