import { describe, expect, it, vi } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'
import { givenEvent } from '../../support/given-events.ts'
import { givenLetter } from '../../support/given-letter.ts'
import { givenEnvelope } from '../../support/given-queue.ts'

const JOBS = JSON.stringify({ endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }] })

async function given(vars?: object) {
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ...vars })
  await admin.put('jobs', JOBS)
  await admin.run()
  const keep = async (...letter: Parameters<typeof givenLetter>) => {
    await admin.letters.keep(givenLetter(...letter))
    const { id = 'order-42' } = letter[0] ?? {}
    return admin.letters.list().items.find(({ messageId }) => messageId === id)?.id ?? ''
  }
  return { ...admin, keep }
}

async function refusalOf(work: Promise<unknown>) {
  const error = await work.catch((error: unknown) => error)
  if (!(error instanceof AdminError)) throw error
  return { status: error.status, code: error.problem.code, detail: error.problem.detail }
}

describe('dead letters', () => {
  it('are listed as they wait', async () => {
    const { client, keep, letters, clock } = await given()
    const id = await keep()
    const at = new Date(clock.now()).toISOString()
    expect(await client.deadLetters()).toEqual({
      items: [
        {
          id,
          messageId: 'order-42',
          queue: 'jobs',
          subject: 'jobs',
          to: 'resizer',
          reason: 'status 422',
          detail: 'resizer answered 422.',
          attempts: 1,
          times: 1,
          redriven: 0,
          status: 'dead',
          firstAt: at,
          lastAt: at,
          traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        },
      ],
    })
    letters.sending(id)
    letters.sent(id, true)
    expect((await client.deadLetters()).items).toEqual([])
    expect((await client.deadLetters({ status: 'redriven' })).items).toHaveLength(1)
    expect((await client.deadLetters({ status: 'all', queue: 'other' })).items).toEqual([])
  })

  it('are shown with their message, in which headers that may let somebody in are masked', async () => {
    const { client, keep } = await given()
    const headers: [string, string][] = [
      ['authorization', 'Bearer secret-of-a-caller'],
      ['content-type', 'application/json'],
      ['X-Api-Key', 'another-secret'],
    ]
    const id = await keep({}, { message: givenEnvelope({}, { headers, body: '{"a":1}' }) })
    const letter = await client.deadLetter(id)
    expect(letter).toMatchObject({ answer: { status: 422, body: 'no such picture' } })
    expect(letter?.message).toMatchObject({
      data: {
        body: '{"a":1}',
        headers: [
          ['authorization', '***'],
          ['content-type', 'application/json'],
          ['X-Api-Key', '***'],
        ],
      },
    })
    expect(await client.deadLetter('0123456789abcdef')).toBeUndefined()
  })

  it.each(['a text', 42, null, { data: { headers: 'none' } }, { data: { headers: [1, ['a']] } }])(
    'are shown whatever their message is: %j',
    async (message) => {
      const { client, keep } = await given()
      expect(await client.deadLetter(await keep({}, { message }))).toMatchObject({ id: expect.any(String) })
    },
  )

  it('are put into their queue again, with their id, and without what would end them at once', async () => {
    const { client, keep, queued, lines } = await given()
    const message = givenEnvelope({ deadline: '2026-11-24T16:00:00Z', expirytime: '2026-11-24T16:00:00Z' })
    const id = await keep({}, { message })
    expect(await client.redrive(id)).toEqual({ id, redriven: 1, binding: 'JOBS' })
    expect(queued).toEqual([{ ...givenEnvelope(), redriven: 1 }])
    expect((await client.deadLetters({ status: 'redriven' })).items).toMatchObject([{ id, redriven: 1 }])
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'admin_write', code: 'redriven', message: expect.stringContaining(id) }),
    )
  })

  it('are sent by nobody where somebody has dropped them meanwhile', async () => {
    const { client, keep, queued, letters } = await given()
    const id = await keep()
    vi.spyOn(letters, 'sending').mockImplementation((id) => !letters.drop(id))
    await expect(client.redrive(id)).rejects.toMatchObject({ status: 404 })
    expect(queued).toEqual([])
  })

  it('are dead again where they die again, and count how often they were redriven', async () => {
    const { client, keep } = await given()
    const id = await keep()
    await client.redrive(id)
    expect(await keep()).toBe(id)
    expect((await client.deadLetters()).items).toMatchObject([{ status: 'dead', redriven: 1, times: 2 }])
    expect(await client.redrive(id)).toMatchObject({ redriven: 2 })
  })

  it('go by what the record says now, or by another record', async () => {
    const MAILS = { sent: [] as unknown[], send: async (message: unknown) => void MAILS.sent.push(message) }
    const { client, keep, put, run } = await given({ MAILS })
    const id = await keep()
    await put('mails', JSON.stringify({ endpoints: [{ queue: { binding: 'MAILS', deliverTo: 'mailer' } }] }))
    await run()
    expect(await client.redrive(id, 'mails')).toMatchObject({ binding: 'MAILS' })
    const { endpoint: _, ...rest } = givenEnvelope()
    expect(MAILS.sent).toEqual([{ ...rest, record: 'services/mails', redriven: 1 }])
  })

  it('are of one subscriber each, where they are of an event, and go back by its topic', async () => {
    const EVENTS = { sent: [] as unknown[], send: async (message: unknown) => void EVENTS.sent.push(message) }
    const AUDIT = { sent: [] as unknown[], send: async (message: unknown) => void AUDIT.sent.push(message) }
    const { client, letters, put, run } = await given({ EVENTS, AUDIT })
    await put('events', JSON.stringify({ endpoints: [{ topic: { binding: 'EVENTS' } }] }))
    const audit = { endpoints: [{ topic: { binding: 'EVENTS' } }, { topic: { binding: 'AUDIT' } }] }
    await put('audit', JSON.stringify(audit))
    await run()
    const event = (over: object) => ({ ...givenEvent({ expirytime: '2026-11-24T16:00:00Z' }), ...over })
    const messages = [
      event({ subscriber: 'billing' }),
      event({ subscriber: 'mail' }),
      event({ subscriber: 'mail', source: 'http://other/' }),
      event({ subscriber: 'mail', meshtopic: 'services/audit', meshendpoint: 'topic:AUDIT', record: 'of its own' }),
    ]
    const [first, ...others] = messages
    for (const message of [first, ...messages]) {
      const subject = message?.meshtopic === undefined ? 'events' : 'audit'
      await letters.keep(givenLetter({ id: 'e-1', subject }, { message, binding: undefined } as object))
    }
    const { items } = await client.deadLetters()
    expect(items).toHaveLength(4)
    for (const { id } of items) await client.redrive(id)
    const again = (message: object | undefined) => ({ ...message, expirytime: undefined, redriven: 1 })
    expect(EVENTS.sent).toHaveLength(3)
    expect(EVENTS.sent.map((one) => ({ ...(one as object), expirytime: undefined }))).toEqual(
      expect.arrayContaining([again(first), again(others[0]), again(others[1])]),
    )
    expect(AUDIT.sent).toMatchObject([{ subscriber: 'mail', redriven: 1, record: 'of its own' }])
  })

  it('wait as before where the queue does not take them', async () => {
    const JOBS = {
      send: async () => {
        throw new Error('Queue is overloaded.')
      },
    }
    const { client, keep } = await given({ JOBS })
    const id = await keep()
    expect(await refusalOf(client.redrive(id))).toMatchObject({ status: 503 })
    expect((await client.deadLetters()).items).toMatchObject([{ status: 'dead', redriven: 0 }])
  })

  it.each([
    ['a record that is not there', { message: givenEnvelope({ record: 'services/nobody' }) }, {}, 'no_queue'],
    ['a record without a queue', { message: givenEnvelope({ record: 'services/plain' }) }, {}, 'no_queue'],
    ['no record, and no queue that is known', { message: 'what is this', binding: undefined }, {}, 'no_queue'],
    ['a queue that the control plane has not', {}, { JOBS: undefined }, 'no_binding'],
    ['a name of another kind', { message: {}, binding: 'REGISTRY' }, {}, 'no_binding'],
  ])('are not redriven by %s', async (_, data, vars, code) => {
    const { client, keep, put, run, queued } = await given(vars)
    await put('plain', 'https://plain.example.com')
    await run()
    const id = await keep({}, data as object)
    expect(await refusalOf(client.redrive(id))).toMatchObject({ status: 409, code })
    expect(queued).toEqual([])
    expect((await client.deadLetters()).items).toMatchObject([{ status: 'dead', redriven: 0 }])
  })

  it('are dropped, by whom and why', async () => {
    const { client, keep, lines } = await given()
    const id = await keep()
    await client.dropDeadLetter(id, 'the picture is gone')
    expect((await client.deadLetters({ status: 'all' })).items).toEqual([])
    expect(lines).toContainEqual(
      expect.objectContaining({
        caller: 'admin',
        code: 'dropped',
        message: expect.stringContaining('picture is gone'),
      }),
    )
    expect(await refusalOf(client.dropDeadLetter(id, 'again'))).toMatchObject({ status: 404, code: 'not_found' })
    expect(await refusalOf(client.dropDeadLetter(id, ''))).toMatchObject({ status: 400 })
  })

  it('are of who reaches their names: tokens that read see them, and those that write redrive and drop', async () => {
    const tokens = [
      { name: 'reader', role: 'read' },
      { name: 'team', role: 'write', prefixes: ['jobs', 'resizer'] },
      { name: 'other', role: 'write', prefixes: ['jobs'] },
    ]
    const listed = await Promise.all(
      tokens.map(async (token) => ({ ...token, sha256: await sha256Hex(`token-of-${token.name}`) })),
    )
    const { as, keep } = await given({ ADMIN_TOKENS: JSON.stringify(listed) })
    const id = await keep()
    await keep({ id: 'unreadable', subject: undefined as never }, { to: undefined as never, message: 'x' })
    const [reader, team, other] = ['reader', 'team', 'other'].map((name) => as(`token-of-${name}`))
    expect((await reader?.deadLetters())?.items).toHaveLength(2)
    expect((await team?.deadLetters())?.items.map((letter) => letter.id)).toEqual([id])
    expect((await other?.deadLetters())?.items).toEqual([])
    expect(await other?.deadLetter(id)).toBeUndefined()
    expect(await refusalOf(reader?.redrive(id) as Promise<unknown>)).toMatchObject({ status: 403 })
    expect(await refusalOf(reader?.dropDeadLetter(id, 'no') as Promise<unknown>)).toMatchObject({ status: 403 })
    expect(await refusalOf(team?.redrive(id, 'secret') as Promise<unknown>)).toMatchObject({ status: 403 })
    expect(await team?.redrive(id)).toMatchObject({ redriven: 1 })
  })

  it('are counted among the metrics, for tokens that see all', async () => {
    const limited = { name: 'team', role: 'read', prefixes: ['jobs'], sha256: await sha256Hex('token-of-team') }
    const { get, keep } = await given({ ADMIN_TOKENS: JSON.stringify([limited]) })
    await keep()
    const read = async (token: string) => (await get('/-/metrics', { authorization: `Bearer ${token}` })).text()
    expect(await read(TOKEN)).toContain('selvedge_dead_letters{queue="jobs",reason="status 422"} 1')
    expect(await read('token-of-team')).not.toContain('dead_letter')
  })

  it('are nowhere where the control plane has no object for them, and says so', async () => {
    const { client } = await given({ DEAD_LETTERS: undefined })
    expect(await refusalOf(client.deadLetters())).toMatchObject({ status: 404, code: 'not_kept' })
    expect(await refusalOf(client.deadLetter('0123456789abcdef'))).toMatchObject({ code: 'not_kept' })
  })
})
