import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../../support/admin-fake.ts'
import { command } from '../../../support/command.ts'

const KEY = 'events/com.example.placed'
const subscribed = (...services: string[]) => ({
  subscriptions: services.map((id) => ({ id, sink: `http://${id}/in?x=1` })),
})

/** Addresses by what they answer to OPTIONS; those that are not named are not there. */
function given(answers: Readonly<Record<string, () => Response>>, records: Parameters<typeof adminFake>[1] = {}) {
  const clock = virtualClock()
  const asked: { url: string; method: string | undefined; origin: string | null }[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    asked.push({ url, method: init.method, origin: new Headers(init.headers).get('webhook-request-origin') })
    const answer = answers[url]
    if (!answer) throw new TypeError('fetch failed')
    return answer()
  }) as typeof globalThis.fetch
  const admin = adminFake(clock, {
    open: { endpoints: ['https://open.example/v1', { binding: 'OPEN' }] },
    named: { endpoints: ['https://named.example'] },
    closed: { endpoints: ['https://closed.example'] },
    gone: 'https://gone.example',
    secret: { endpoints: [{ url: 'https://secret.example', credentials: { type: 'bearer', secret: 'TOKEN' } }] },
    local: 'http://127.0.0.1:8080',
    inside: { endpoints: [{ binding: 'INSIDE' }] },
    ...records,
  })
  const selvedge = command({
    clock,
    clientOf: () => admin,
    fetch,
    env: { HOME: '/nowhere', SELVEDGE_URL: 'https://mesh.example.com' },
  })
  return { selvedge, asked, admin }
}

const allowing =
  (origin: string, rate = '120') =>
  () =>
    new Response(null, { status: 200, headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': rate } })
const ANSWERS = {
  'https://open.example/v1/in?x=1': allowing('*', '*'),
  'https://named.example/in?x=1': allowing('mesh.example.com'),
  'https://closed.example/in?x=1': () => new Response(null, { status: 200 }),
}

describe('selvedge events consent', () => {
  it('asks each sink that leads out of the mesh, and nobody else', async () => {
    const all = subscribed('open', 'named', 'closed', 'gone', 'secret', 'local', 'inside', 'nobody')
    const { selvedge, asked } = given(ANSWERS, { [KEY]: all })
    const { out, err, code } = await selvedge('events', 'consent')
    expect(asked.map(({ url }) => url)).toEqual([...Object.keys(ANSWERS), 'https://gone.example/in?x=1'])
    for (const one of asked) expect(one).toMatchObject({ method: 'OPTIONS', origin: 'mesh.example.com' })
    expect(
      out
        .split('\n')
        .slice(1, -1)
        .map((line) => line.replace(/ {2,}/g, ' | ')),
    ).toEqual([
      'open | https://open.example/v1/in?x=1 | mesh.example.com | given | allows * a minute',
      'named | https://named.example/in?x=1 | mesh.example.com | given | allows 120 a minute',
      'closed | https://closed.example/in?x=1 | mesh.example.com | none | answered 200 without consent',
      'gone | https://gone.example/in?x=1 | mesh.example.com | none | did not answer: fetch failed',
    ])
    expect(code).toBe(1)
    expect(err).toContain('2 of 4 addresses did not consent.')
  })

  it('asks with the origin that the subscription says, of one type alone where that is named', async () => {
    const headers = { 'WebHook-Request-Origin': 'events.acme.dev' }
    const one = { id: 'named', sink: 'http://named/in?x=1', protocolsettings: { headers } }
    const { selvedge, asked } = given(
      { 'https://named.example/in?x=1': allowing('events.acme.dev') },
      { [KEY]: { subscriptions: [one] }, 'events/other': subscribed('closed') },
    )
    expect((await selvedge('events', 'consent', 'com.example.placed')).code).toBe(0)
    expect(asked).toEqual([{ url: 'https://named.example/in?x=1', method: 'OPTIONS', origin: 'events.acme.dev' }])
  })

  it('asks an address once, and reads its record once, for whoever has it as sink', async () => {
    const { selvedge, asked, admin } = given(ANSWERS, {
      [KEY]: subscribed('named'),
      'events/other': { subscriptions: [{ id: 'again', sink: 'http://named/in?x=1' }] },
    })
    const read: string[] = []
    const { get } = admin
    admin.get = (name) => {
      read.push(name)
      return get(name)
    }
    const { out } = await selvedge('events', 'consent')
    expect(out.match(/given/g)).toHaveLength(2)
    expect(asked.map(({ url }) => url)).toEqual(['https://named.example/in?x=1'])
    expect(read).toEqual(['named'])
  })

  it('says how many were not asked where they are too many', async () => {
    const endpoints = Array.from({ length: 53 }, (_, at) => `https://many-${at}.example`)
    const { selvedge, asked } = given({}, { many: { endpoints }, [KEY]: subscribed('many') })
    const { err } = await selvedge('events', 'consent')
    expect(asked).toHaveLength(50)
    expect(err).toContain('3 further addresses were not asked')
    expect(err).toContain('50 of 50 addresses did not consent.')
  })

  it('says where nothing leads out', async () => {
    const { selvedge, asked } = given({}, { [KEY]: subscribed('inside') })
    expect(await selvedge('events', 'consent')).toMatchObject({
      code: 0,
      err: expect.stringContaining('No subscription leads out of the mesh.'),
    })
    expect(asked).toEqual([])
  })
})

describe('selvedge apply', () => {
  const file = (value: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), 'consent-')), 'registry.json')
    writeFileSync(path, JSON.stringify(value))
    return path
  }

  it('asks once for the subscriptions that it has written, and warns where there is no consent', async () => {
    const { selvedge, asked, admin } = given(ANSWERS)
    const path = file({ [KEY]: subscribed('open', 'closed', 'fresh'), fresh: 'https://fresh.example' })
    const first = await selvedge('apply', '-f', path)
    expect(first.code).toBe(0)
    expect(asked.map(({ url }) => new URL(url).hostname)).toEqual(['open.example', 'closed.example', 'fresh.example'])
    expect(first.err).toContain(
      'warning: closed: https://closed.example/in?x=1 did not consent to be sent events by mesh.example.com: it answered 200 without consent',
    )
    expect(first.err).not.toContain('warning: open')
    await selvedge('apply', '-f', path)
    expect(asked).toHaveLength(3)
    expect((await admin.get(KEY))?.record).toEqual(subscribed('open', 'closed', 'fresh'))
  })

  it('asks nobody in a dry run', async () => {
    const { selvedge, asked } = given(ANSWERS)
    await selvedge('apply', '-f', file({ [KEY]: subscribed('open') }), '--dry-run')
    expect(asked).toEqual([])
  })
})
