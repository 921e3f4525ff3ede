import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../../src/admin/client.ts'
import { Fault } from '../../../../src/manifest/yaml/fault.ts'
import { command } from '../../../support/command.ts'
import { givenAdmin, late } from '../../../support/given-admin.ts'
import { givenLetter } from '../../../support/given-letter.ts'

async function given(machine: Partial<Parameters<typeof command>[0]> = {}) {
  const admin = await givenAdmin()
  const { client, clock, letters, put, run } = admin
  await put('jobs', JSON.stringify({ endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }] }))
  await run()
  const keep = async (...letter: Parameters<typeof givenLetter>) => {
    await letters.keep(givenLetter(...letter))
    const { id = 'order-42' } = letter[0] ?? {}
    return letters.list().items.find(({ messageId }) => messageId === id)?.id ?? ''
  }
  const asked = command({ clock, clientOf: () => client, ...machine })
  return { ...admin, keep, selvedge: (...argv: string[]) => late(clock, asked('dead', ...argv)) }
}

describe('selvedge dead list', () => {
  it('lists what waits, the newest first, with why', async () => {
    const { selvedge, keep, clock } = await given()
    const old = await keep()
    await clock.advance(3 * 3_600_000)
    const young = await keep({ id: 'order-43' }, { reason: 'gone', queue: 'mails', to: 'mailer', attempts: 7 })
    const { out } = await selvedge('list')
    expect(out).toBe(
      [
        'ID                 QUEUE   TO        REASON       ATTEMPTS   FIRST   LAST   STATUS   TRACE',
        `${young}   mails   mailer    gone         7          0s      0s     dead     4bf92f3577b34da6a3ce929d0e0e4736`,
        `${old}   jobs    resizer   status 422   1          3h      3h     dead     4bf92f3577b34da6a3ce929d0e0e4736`,
        '',
      ].join('\n'),
    )
    for (const flags of [['mails'], ['--reason', 'gone'], ['--service', 'mailer']]) {
      expect(JSON.parse((await selvedge('list', ...flags, '-o', 'json')).out)).toMatchObject([{ id: young }])
    }
  })

  it('says so where there is none', async () => {
    const { selvedge } = await given()
    expect(await selvedge('list')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('No dead letter') })
  })
})

describe('selvedge dead show', () => {
  it('shows why, and the message', async () => {
    const { selvedge, keep } = await given()
    const id = await keep()
    const { out } = await selvedge('show', id)
    expect(out).toContain(`dead letter ${id}\n  message  order-42\n  queue    jobs\n`)
    expect(out).toContain('  reason   status 422: resizer answered 422.\n  answer   422 no such picture\n')
    expect(out).toContain('"record": "services/jobs"')
    expect(JSON.parse((await selvedge('show', id, '-o', 'json')).out)).toMatchObject({ id, times: 1 })
  })

  it('says so where there is none', async () => {
    const { selvedge } = await given()
    expect(await selvedge('show', '0123456789abcdef')).toMatchObject({ code: 1 })
  })
})

describe('selvedge dead redrive', () => {
  it('puts one into its queue again', async () => {
    const { selvedge, keep, queued } = await given()
    const id = await keep()
    expect(await selvedge('redrive', id)).toMatchObject({ code: 0, out: `${id} is in JOBS again.\n` })
    expect(queued).toMatchObject([{ id: 'order-42', redriven: 1 }])
  })

  it('puts all that wait, the oldest first, at the rate that is said', async () => {
    const { selvedge, keep, queued, clock } = await given()
    for (let at = 0; at < 6; at++) {
      await keep({ id: `m-${at}` }, at % 2 ? { reason: 'gone' } : {})
      await clock.advance(1000)
    }
    const before = clock.now()
    expect(await selvedge('redrive', '--all', '--reason', 'gone', '--rate', '2/s')).toMatchObject({ code: 0 })
    expect(queued).toMatchObject([{ id: 'm-1' }, { id: 'm-3' }, { id: 'm-5' }])
    expect(clock.now() - before).toBe(1000)
  })

  it('asks where they are many, and takes --yes for an answer', async () => {
    const questions: string[] = []
    const { selvedge, keep, queued } = await given({
      confirm: async (question) => {
        questions.push(question)
        return false
      },
    })
    for (let at = 0; at <= 100; at++) await keep({ id: `m-${at}` })
    expect(await selvedge('redrive', '--all')).toMatchObject({ code: 1 })
    expect(questions).toEqual([expect.stringContaining('101 messages')])
    expect(queued).toEqual([])
    expect(await selvedge('redrive', '--all', '--yes', '--rate', '1000')).toMatchObject({ code: 0 })
    expect(queued).toHaveLength(101)
  })

  it('tells what could not be redriven, and does not try all where none can', async () => {
    const { selvedge, keep, put, run, called } = await given()
    for (let at = 0; at < 9; at++) await keep({ id: `m-${at}` })
    await put('jobs', 'https://jobs.example.com')
    await run()
    called.length = 0
    const { code, err } = await selvedge('redrive', '--all')
    expect(code).toBe(1)
    expect(err).toContain('has no queue with "deliverTo"')
    expect(err).toContain('0 of 9 were redriven.')
    expect(called.filter((method) => method === 'get')).toHaveLength(3)
  })

  it('says how often one was redriven, from the second time on', async () => {
    const { selvedge, keep } = await given()
    const id = await keep()
    await selvedge('redrive', id)
    expect((await selvedge('redrive', id)).out).toBe(`${id} is in JOBS again: redriven 2 times.\n`)
  })

  it.each([
    ['does not answer', new Fault('http://127.0.0.1:8787 does not answer.'), 'does not answer'],
    ['knows no such token', new AdminError({ title: 'Unauthorized', status: 401, detail: 'No.' }), 'asks for a token'],
  ])('asks no more where the mesh %s on the way, and ends as that does', async (_, failure, why) => {
    const { client, clock, keep } = await given()
    for (let at = 0; at < 5; at++) await keep({ id: `m-${at}` })
    let asked = 0
    const redrive: typeof client.redrive = (...letter) => {
      if (++asked > 2) throw failure
      return client.redrive(...letter)
    }
    const selvedge = command({ clock, clientOf: () => ({ ...client, redrive }) })
    const { code, err } = await late(clock, selvedge('dead', 'redrive', '--all'))
    expect([code, asked]).toEqual([2, 3])
    expect(err).toContain(why)
    expect(err).toContain('2 of 5 were redriven.')
  })

  it.each([
    [[], 'Say which'],
    [['--queue', 'jobs'], 'narrow down --all'],
    [['--all', '0123456789abcdef'], 'takes no ids'],
    [['--all', '--rate', '0'], '1 to 1000'],
  ])('says what is wrong with %j', async (argv, why) => {
    const { selvedge } = await given()
    expect(await selvedge('redrive', ...argv)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(why) })
  })
})

describe('selvedge dead drop', () => {
  it('forgets them, and wants to know why', async () => {
    const { selvedge, keep, letters } = await given()
    const ids = [await keep({ id: 'a' }), await keep({ id: 'b' })]
    expect(await selvedge('drop', ...ids)).toMatchObject({ code: 2, err: expect.stringContaining('--message') })
    expect(await selvedge('drop', ...ids, '-m', 'old')).toMatchObject({ code: 0 })
    expect(letters.list().items).toEqual([])
    expect(await selvedge('drop', ...ids, '-m', 'old')).toMatchObject({ code: 1 })
  })
})
