/// <reference types="@cloudflare/vitest-plugin/types" />
/** The objects of dead letters and of what was taken in workerd: their SQLite, their alarms and their calls are the platform's. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import type { DeadLettersObject } from '../../src/durable/dead-letters-object.ts'
import type { InboxObject } from '../../src/durable/inbox-object.ts'

const { DEAD_LETTERS, INBOX_OBJECT } = env as object as {
  DEAD_LETTERS: DurableObjectNamespace<DeadLettersObject>
  INBOX_OBJECT: DurableObjectNamespace<InboxObject>
}

const letter = (id: string, reason = 'gone') =>
  JSON.stringify({
    id,
    subject: 'jobs',
    data: { queue: 'jobs', reason, detail: 'It is gone.', attempts: 1, message: id },
  })

it('keeps dead letters, and has them when it was evicted', async () => {
  const object = DEAD_LETTERS.getByName('kept')
  expect(await object.keep(letter('a'))).toBe(true)
  expect(await object.keep(letter('b', 'status 422'))).toBe(true)
  expect(await object.keep('nonsense')).toBe(false)
  await evictDurableObject(object)
  const { items } = await object.list()
  expect(items.map(({ messageId }) => messageId).toSorted()).toEqual(['a', 'b'])
  const id = items.find(({ messageId }) => messageId === 'a')?.id ?? ''
  expect(JSON.parse((await object.read(id))?.letter ?? '')).toMatchObject({ id: 'a', data: { message: 'a' } })
  expect(await object.sending(id)).toBe(true)
  await object.sent(id, true)
  expect((await object.list({ status: 'waiting' })).items).toMatchObject([{ messageId: 'b' }])
  expect(await object.counts()).toMatchObject([{ queue: 'jobs', reason: 'status 422', letters: 1 }])
  expect(await object.drop(id)).toBe(true)
})

it('forgets by its alarm what is too old', async () => {
  const object = DEAD_LETTERS.getByName('old')
  await object.keep(letter('a'))
  await runInDurableObject(object, (_, { storage }) => void storage.sql.exec('UPDATE letters SET lastAt = 1'))
  expect(await runDurableObjectAlarm(object)).toBe(true)
  expect((await object.list()).items).toEqual([])
  expect(await runDurableObjectAlarm(object)).toBe(false)
})

it('gives a message to one, and remembers what was taken when it was evicted', async () => {
  const inbox = INBOX_OBJECT.getByName('resizer/0')
  expect(await inbox.claim('a', 60_000)).toEqual({ state: 'new', token: 1 })
  expect((await inbox.claim('a', 60_000)).state).toBe('running')
  await inbox.done('a', 60_000)
  await evictDurableObject(inbox)
  expect(await inbox.claim('a', 60_000)).toEqual({ state: 'done' })
  expect(await runDurableObjectAlarm(inbox)).toBe(true)
  expect(await inbox.claim('a', 60_000)).toEqual({ state: 'done' })
})

it('takes its turns again where the platform has given up their alarms', async () => {
  const letters = DEAD_LETTERS.getByName('lost')
  await letters.keep(letter('a'))
  const inbox = INBOX_OBJECT.getByName('lost/0')
  await inbox.claim('a', 60_000)
  for (const object of [letters, inbox] as DurableObjectStub[]) {
    await runInDurableObject(object, (_, { storage }) => storage.deleteAlarm())
    await evictDurableObject(object)
  }
  await letters.counts()
  await inbox.claim('a', 60_000)
  expect(await runDurableObjectAlarm(letters)).toBe(true)
  expect(await runDurableObjectAlarm(inbox)).toBe(true)
})
