import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../../support/admin-fake.ts'
import { command } from '../../../support/command.ts'

const one = (id: string, more: object = {}) => ({ id, sink: `http://${id}/`, ...more })

function given() {
  const clock = virtualClock()
  const admin = adminFake(clock, {
    users: 'https://users.example',
    'events/com.example.order.placed': {
      subscriptions: [one('billing', { filters: [{ exact: { subject: 'eu' } }] }), one('mail')],
    },
    'events/com.example.*': { subscriptions: [one('audit'), one('mail', { delivery: { attempts: 3 } })] },
    'events/org.other': { subscriptions: [one('other')] },
  })
  const asked: { url: string; init: RequestInit }[] = []
  let answer = () => Response.json({ id: 'e-1' }, { status: 202 })
  const fetch = (async (url: string, init: RequestInit) => {
    asked.push({ url: String(url), init })
    return answer()
  }) as typeof globalThis.fetch
  const folder = mkdtempSync(join(tmpdir(), 'events-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  return {
    selvedge: command({ clock, clientOf: () => admin, fetch }),
    asked,
    file,
    answers: (how: () => Response) => {
      answer = how
    },
  }
}

describe('selvedge events subscriptions', () => {
  it('lists who has subscribed to what', async () => {
    const { out, code } = await given().selvedge('events', 'subscriptions')
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      'TYPE                       ID        SINK              FILTERS',
      'com.example.*              audit     http://audit/     -',
      'com.example.*              mail      http://mail/      -',
      'com.example.order.placed   billing   http://billing/   [{"exact":{"subject":"eu"}}]',
      'com.example.order.placed   mail      http://mail/      -',
      'org.other                  other     http://other/     -',
      '',
    ])
  })

  it('lists who gets events of one type: each id once, by its most specific key', async () => {
    const { selvedge } = given()
    const { out } = await selvedge('events', 'subscriptions', 'com.example.order.placed', '-o', 'json')
    expect(JSON.parse(out)).toMatchObject([
      { type: 'com.example.order.placed', id: 'billing' },
      { type: 'com.example.order.placed', id: 'mail' },
      { type: 'com.example.*', id: 'audit' },
    ])
    const wide = await selvedge('events', 'subscriptions', 'com.example.other', '-o', 'wide')
    expect(wide.out).toContain('com.example.*   mail    http://mail/    -         binary   3')
  })

  it('says where nobody has', async () => {
    const { err, code } = await given().selvedge('events', 'subscriptions', 'net.nobody')
    expect(code).toBe(0)
    expect(err).toContain('Nobody has subscribed to net.nobody.')
  })
})

describe('selvedge events replay', () => {
  it('asks the object that is the source, and says how many are sent again', async () => {
    const { selvedge, asked, answers } = given()
    answers(() => Response.json({ replayed: 2 }, { status: 202 }))
    const { out, code } = await selvedge(
      'events',
      'replay',
      'http://orders/42',
      '--subscriber',
      'mail',
      '--since',
      '2026-11-30T12:00:00Z',
    )
    expect(code).toBe(0)
    expect(out).toBe('2 events are sent again to mail.\n')
    expect(asked[0]).toMatchObject({
      url: 'http://127.0.0.1:8787/svc/orders/42/replay?subscriber=mail&since=2026-11-30T12%3A00%3A00.000Z',
      init: { method: 'POST' },
    })
    await selvedge('events', 'replay', 'http://orders/42', '--subscriber', 'mail', '--since', '10s')
    expect(asked[1]?.url).toContain('since=1970-01-01T00%3A16%3A30.000Z')
  })

  it.each([
    [
      'refuses',
      () => Response.json({ detail: 'Nothing is kept.' }, { status: 409 }),
      'sends nothing again: 409 Nothing is kept.',
    ],
    ['does not say how many', () => new Response('ok'), 'did not say how many'],
  ])('is a negative answer where the object %s', async (_, how, told) => {
    const { selvedge, answers } = given()
    answers(how)
    const { err, code } = await selvedge('events', 'replay', 'http://orders/42', '--subscriber', 'mail')
    expect(code).toBe(1)
    expect(err).toContain(told)
  })

  it('is wrong usage for what is no source, no subscriber or no time', async () => {
    const { selvedge } = given()
    for (const argv of [
      ['orders', '--subscriber', 'a'],
      ['http://orders/42'],
      ['http://orders/42', '--subscriber', 'a', '--since', 'long ago'],
    ])
      expect((await selvedge('events', 'replay', ...argv)).code, argv.join(' ')).toBe(2)
  })
})

describe('selvedge events publish', () => {
  it('sends the event of a file to the topic, and says its id', async () => {
    const { selvedge, asked, file } = given()
    const { out, code } = await selvedge(
      'events',
      'publish',
      '-f',
      file('event.yaml', 'type: com.example.a\nsubject: "42"\ndata: { total: 12 }\n'),
    )
    expect(code).toBe(0)
    expect(out).toBe('Published e-1.\n')
    expect(asked[0]?.url).toBe('http://127.0.0.1:8787/svc/events/')
    expect(asked[0]?.init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
    })
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({
      specversion: '1.0',
      type: 'com.example.a',
      subject: '42',
      data: { total: 12 },
    })
  })

  it('sends several at once, as a batch, to the topic that is named', async () => {
    const { selvedge, asked, file, answers } = given()
    answers(() => Response.json({ ids: ['a', 'b'] }, { status: 202 }))
    const { out } = await selvedge(
      'events',
      'publish',
      '--topic',
      'audit',
      '-f',
      file('two.json', '[{"type":"a"},{"type":"b"}]'),
    )
    expect(out).toBe('Published a.\nPublished b.\n')
    expect(asked[0]).toMatchObject({
      url: 'http://127.0.0.1:8787/svc/audit/',
      init: { headers: { 'content-type': 'application/cloudevents-batch+json' } },
    })
  })

  it('tells in the words of the topic why it takes none', async () => {
    const { selvedge, file, answers } = given()
    answers(() => Response.json({ detail: 'Its "type" is missing.' }, { status: 400 }))
    const { err, code } = await selvedge('events', 'publish', '-f', file('event.json', '{"id":"1"}'))
    expect(code).toBe(1)
    expect(err).toContain('events took no event: 400 Its "type" is missing.')
  })

  it.each([
    ['no JSON', () => new Response('queued', { status: 202 })],
    ['no ids', () => Response.json({ ids: [7] }, { status: 202 })],
    ['nothing of it', () => Response.json({ ok: true }, { status: 202 })],
  ])('is a negative answer where what answered 202 says %s', async (_, how) => {
    const { selvedge, file, answers } = given()
    answers(how)
    const { out, err, code } = await selvedge('events', 'publish', '-f', file('event.json', '{"type":"a"}'))
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('events answered 202, and did not say what it published')
    expect(err).not.toContain('    at ')
  })

  it('is wrong usage without a file, and with a topic that is no name', async () => {
    const { selvedge, file } = given()
    expect((await selvedge('events', 'publish')).code).toBe(2)
    expect((await selvedge('events', 'publish', '--topic', 'A b', '-f', file('e.json', '{"type":"a"}'))).code).toBe(2)
  })
})
