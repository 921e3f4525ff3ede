/** Subscriptions in the verbs of records: apply, get, validate, check, types, wait, and the file of `dev`. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { registrySource } from '../../../../src/cli/dev/registry-source.ts'
import { virtualClock } from '../../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../../support/admin-fake.ts'
import { command } from '../../../support/command.ts'

// No timer brings a module: the clock of a test would stand still for it.
beforeAll(() => import('../../../../src/cli/commands/wait.ts'))

const KEY = 'events/com.example.placed'
const subscribed = (sink = 'http://billing/') => ({ subscriptions: [{ id: 'billing', sink }] })
const BILLING = { endpoints: ['https://billing.example'] }

function given(records: Parameters<typeof adminFake>[1] = {}) {
  const clock = virtualClock()
  const admin = adminFake(clock, records)
  const folder = mkdtempSync(join(tmpdir(), 'events-'))
  const file = (value: unknown) => {
    const path = join(folder, 'registry.json')
    writeFileSync(path, JSON.stringify(value))
    return path
  }
  const selvedge = command({ clock, clientOf: () => admin })
  return { admin, file, clock, selvedge }
}

describe('subscriptions', () => {
  it('are applied beside records, and not again where they stand so', async () => {
    const { selvedge, file, admin } = given({ billing: BILLING })
    const path = file({ billing: BILLING, [KEY]: subscribed() })
    expect((await selvedge('apply', '-f', path)).out).toContain(`${KEY} created`)
    expect((await admin.get(KEY))?.record).toEqual(subscribed())
    expect((await selvedge('apply', '-f', path)).out).toContain('2 records: 2 unchanged.')
    expect((await selvedge('diff', '-f', file({ [KEY]: { subscriptions: [] } }))).code).toBe(1)
  })

  it('that were applied with a label go where they are not in its files any more', async () => {
    const { selvedge, file, admin } = given()
    await selvedge('apply', '-f', file({ billing: BILLING, [KEY]: subscribed() }), '--selector', 'shop')
    const { out } = await selvedge('apply', '-f', file({ billing: BILLING }), '--prune', '--selector', 'shop')
    expect(out).toContain(`${KEY} pruned`)
    expect(await admin.get(KEY)).toBeUndefined()
  })

  it('are listed by their prefix, and not among the services', async () => {
    const { selvedge } = given({ billing: BILLING, [KEY]: subscribed() })
    expect((await selvedge('get')).out).not.toContain('events/')
    expect((await selvedge('get', 'events/*')).out).toMatch(new RegExp(`${KEY} +events +- +- +1`))
    expect(JSON.parse((await selvedge('get', KEY, '-o', 'json')).out)).toMatchObject({
      name: KEY,
      record: subscribed(),
    })
    expect((await selvedge('types')).out).not.toContain('events/')
  })

  it('are validated with their place, and where they lead', async () => {
    const { selvedge, file } = given()
    expect(await selvedge('validate', '-f', file({ billing: BILLING, [KEY]: subscribed() }))).toMatchObject({ code: 0 })
    const wrong = { subscriptions: [{ id: 'a', sink: 'http://billing/', filters: [{ sql: 'TRUE' }] }] }
    const refused = await selvedge('validate', '-f', file({ billing: BILLING, [KEY]: wrong }))
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(`error: ${KEY}.subscriptions[0].filters[0]: Expected an object with one of "exact"`)
    const misnamed = await selvedge('validate', '-f', file({ 'events/a b': subscribed() }))
    expect(misnamed.err).toContain('is no key of subscriptions')
    const nowhere = await selvedge('validate', '-f', file({ [KEY]: subscribed('http://gone/') }))
    expect(nowhere).toMatchObject({ code: 0, err: expect.stringContaining('"gone" has no record in what was read.') })
  })

  it('that come back by a topic are an error, in files and for check', async () => {
    const { selvedge, file } = given()
    const path = file({
      events: { endpoints: [{ topic: { binding: 'EVENTS' } }] },
      bus: { rules: [{ backendRefs: [{ name: 'events' }] }] },
      [KEY]: subscribed('http://bus.mesh/'),
    })
    const { code, err } = await selvedge('validate', '-f', path)
    expect(code).toBe(1)
    expect(err).toContain(`goes in a circle: ${KEY} → bus → events → ${KEY}.`)
    expect((await selvedge('check', '-f', path)).out).toContain('goes in a circle')
  })

  it('are waited for until KV holds them', async () => {
    const { selvedge, admin, clock } = given({ billing: BILLING })
    admin.write(KEY, subscribed())
    const answer = await clock.run(selvedge('wait', KEY))
    expect(answer).toMatchObject({ code: 0, err: expect.stringContaining('KV holds it.') })
    expect(answer.err).toContain('Of subscriptions KV alone is waited for')
    expect((await clock.run(selvedge('wait', '2'))).code).toBe(0)
    admin.waiting = () => 1
    expect((await clock.run(selvedge('wait', KEY, '--timeout', '3s'))).err).toContain('KV does not hold 1 name yet.')
  })

  it('are written to the KV of dev under their own key, and told of where they lead nowhere', async () => {
    const { file } = given()
    const path = file({
      events: { endpoints: [{ topic: { binding: 'EVENTS' } }] },
      [KEY]: subscribed('http://gone/'),
      'events/*': subscribed('http://events/'),
      'events/b': { subscriptions: [{}] },
    })
    const source = await registrySource(path)
    expect(source.keys).toEqual(['services/events', KEY, 'events/*', 'events/b'])
    const warned: string[] = []
    const mesh = {
      given: { bindings: new Map([['EVENTS', 'queues.producers']]), values: new Set<string>() },
      domain: 'mesh',
    }
    const stop = await source.feed({ put: async () => {}, delete: async () => {} }, mesh, {
      note: () => {},
      warn: (line) => warned.push(line),
    })
    stop()
    expect(warned.map((line) => line.slice(path.length + 4))).toEqual([
      `${KEY} leads to "gone", under which no record stands.`,
      'events/* goes in a circle: events/* → events → events/*. What is published there is of the same type, and comes back.',
      expect.stringContaining('events/b is not understood'),
      expect.stringContaining('events/b is not understood'),
    ])
  })
})
