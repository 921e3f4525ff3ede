/// <reference types="@cloudflare/vitest-plugin/types" />
/** The registry's object in workerd: its SQLite, its alarms and its calls are the platform's. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { RegistryObject } from '../../src/durable/registry-object.ts'

const { REGISTRY, REGISTRY_OBJECT, CHECKED_OBJECT } = env as {
  REGISTRY: KVNamespace
  CHECKED_OBJECT: DurableObjectNamespace<RegistryObject>
  REGISTRY_OBJECT: DurableObjectNamespace<RegistryObject>
}
const by = { author: 'ann', message: 'because' }
const stubOf = (mesh: string) => REGISTRY_OBJECT.get(REGISTRY_OBJECT.idFromName(mesh))
const create = (name: string, text: string) => ({ name, text, condition: { ifNoneMatch: '*' as const } })
const stands = (name: string) => REGISTRY.getWithMetadata<{ revision: number }>(`services/${name}`)

/** The alarm comes by itself; nobody calls it. */
const published = (name: string, text: string | null) =>
  vi.waitFor(async () => expect((await stands(name)).value).toBe(text), 5_000)

describe('RegistryObject', () => {
  it('takes in what stands in KV, writes, publishes by its alarm, and reads past KV', async () => {
    await REGISTRY.put('services/old', 'https://old.test')
    const object = stubOf('one')
    expect(await object.get('old')).toMatchObject({ text: 'https://old.test', revision: 1, origin: 'adopt' })
    expect(await object.write([create('users', 'https://a.test')], by)).toMatchObject({ ok: true, revision: 2 })
    expect(await object.read(['users'], 2)).toMatchObject({ isReached: true, entries: [{ text: 'https://a.test' }] })
    await published('users', 'https://a.test')
    expect((await stands('users')).metadata).toMatchObject({ revision: 2, author: 'ann', message: 'because' })
    await vi.waitFor(async () => expect((await object.get('users'))?.state).toBe('published'))
    expect(await object.status(2)).toMatchObject({ names: 1, waiting: 0 })
    expect(await object.list({ prefix: 'u' })).toMatchObject({ items: [{ name: 'users' }] })
  })

  it('refuses, as the control plane deploys it, what the mesh would not understand', async () => {
    const object = CHECKED_OBJECT.get(CHECKED_OBJECT.idFromName('checked'))
    const answer = await object.write([create('checked', '{"endpoints":["https://a.test"],"weight":1}')], by)
    expect(answer).toMatchObject({ ok: false, refusals: [{ name: 'checked', code: 'invalid' }] })
    expect(answer).toMatchObject({ refusals: [{ issues: [{ path: ['weight'] }] }] })
    expect(await object.write([create('checked', 'https://a.test')], by)).toMatchObject({ ok: true })
  })

  it('lets one of two writers win, and shows the other the difference', async () => {
    const object = stubOf('two')
    await object.write([create('pair', '{"a":1}')], by)
    const current = (await object.get('pair'))?.revision as number
    const change = (text: string) => object.write([{ name: 'pair', text, condition: { ifMatch: current } }], by)
    const answers = await Promise.all([change('{"a":2}'), change('{"a":3}')])
    expect(answers.filter(({ ok }) => ok).length).toBe(1)
    expect(answers.find(({ ok }) => !ok)).toMatchObject({
      refusals: [{ code: 'mismatch', difference: [{ path: '/a' }] }],
    })
  })

  it('keeps what it knows when it is evicted, and publishes what it had confirmed', async () => {
    const object = stubOf('evicted')
    for (let count = 1; count <= 50; count++) {
      const revision = (await object.get('busy'))?.revision
      const condition = revision === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: revision }
      expect(await object.write([{ name: 'busy', text: `https://${count}.test`, condition }], by)).toMatchObject({
        ok: true,
      })
      if (count % 10 === 0) await evictDurableObject(object)
    }
    expect((await object.history('busy')).items.length).toBe(50)
    await published('busy', 'https://50.test')
    await vi.waitFor(async () => expect((await object.get('busy'))?.state).toBe('published'), 5_000)
  })

  it('makes a revision of an edit by hand, and stops the write that meets it', async () => {
    const object = stubOf('hand')
    await object.latest()
    await REGISTRY.put('services/hand', 'https://hand.test')
    expect(await object.write([create('hand', 'https://b.test')], by)).toMatchObject({
      ok: false,
      refusals: [
        { code: 'drifted', found: 'https://hand.test', current: { origin: 'hand', text: 'https://hand.test' } },
      ],
    })
    await REGISTRY.put('services/hand', 'https://hand2.test')
    await object.scan()
    await vi.waitFor(async () => expect((await object.get('hand'))?.text).toBe('https://hand2.test'), 5_000)
  })

  it('lists the changes of a token with as many prefixes as it may have', async () => {
    const object = stubOf('changes')
    await object.write([create('team-7-users', 'https://u.test'), create('others', 'https://o.test')], by)
    const prefixes = Array.from({ length: 100 }, (_, team) => `team-${team}-`)
    expect((await object.changes({ prefixes })).items.map(({ name }) => name)).toEqual(['team-7-users'])
    expect((await object.changes({ limit: 2 })).items.map(({ name }) => name)).toEqual(['others', 'team-7-users'])
  })

  it('sets its alarm again where it was lost', async () => {
    const object = stubOf('alarm')
    await object.latest()
    await runInDurableObject(object, (_, { storage }) => storage.deleteAlarm())
    await evictDurableObject(object)
    await object.latest()
    expect(await runDurableObjectAlarm(object)).toBe(true)
  })

  it('carries its history over into another object', async () => {
    const old = stubOf('before')
    await old.write([create('carried', 'https://c.test')], by)
    await published('carried', 'https://c.test')
    const { rows } = await old.export()
    const next = stubOf('after')
    await next.restore(rows)
    await next.restored('kv', by)
    expect((await next.history('carried')).items).toMatchObject([{ text: 'https://c.test', author: 'ann' }])
  })
})
