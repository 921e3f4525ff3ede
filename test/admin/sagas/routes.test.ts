import { describe, expect, it } from 'vitest'
import { type GivenAdmin, givenAdmin, TOKEN } from '../../support/given-admin.ts'

const saga = { saga: 'place-order', version: 1, binding: 'SAGAS' }

async function given(vars = {}) {
  const admin: GivenAdmin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ...vars })
  const { sagas } = admin
  sagas.tell({ ...saga, id: 'runs', state: 'running', step: 'definition' })
  sagas.look('runs', 'approval', 'approved')
  sagas.tell({ ...saga, id: 'parked', state: 'parked', step: 'undo charge', because: 'no' })
  sagas.tell({ ...saga, id: 'other', saga: 'team-b-refund', state: 'parked', step: 'pay' })
  return admin
}

describe('/sagas', () => {
  it('tells where one stands, and what its Workflow says', async () => {
    const { client } = await given()
    expect(await client.saga('parked')).toMatchObject({
      id: 'parked',
      state: 'parked',
      step: 'undo charge',
      because: 'no',
      engine: { status: 'running' },
    })
    expect(await client.saga('nobody')).toBeUndefined()
  })

  it('sends a decision to the saga, once it is parked, and keeps who made it and why', async () => {
    const { client, sent, lines } = await given()
    expect(await client.decideSaga('parked', 'retry', { message: 'mended' })).toMatchObject({
      decided: 'retry by admin: mended',
    })
    expect(sent).toEqual([{ id: 'parked', type: 'selvedge-decision', payload: 'retry' }])
    expect(lines.at(-1)).toMatchObject({ event: 'admin_write', caller: 'admin', message: 'decide saga parked' })
    await expect(client.decideSaga('runs', 'retry')).rejects.toMatchObject({ status: 409 })
    await expect(client.decideSaga('nobody', 'retry')).rejects.toMatchObject({ status: 404 })
    expect(sent).toHaveLength(1)
  })

  it('calls one off: it hears of it at its next step, and at once where it waits for an event', async () => {
    const { client, sent, sagas } = await given()
    expect(await client.cancelSaga('runs', { message: 'by mistake' })).toMatchObject({
      cancelledBy: 'admin: by mistake',
    })
    expect(sent).toEqual([{ id: 'runs', type: 'approved', payload: null }])
    expect(sagas.look('runs', 'charge')).toBe('admin: by mistake')
    sagas.tell({ ...saga, id: 'runs', state: 'compensated', step: 'end' })
    await expect(client.cancelSaga('runs')).rejects.toMatchObject({ status: 409 })
  })

  it('blames the Workflow where it does not take a decision, and calls a saga off all the same', async () => {
    const create = async () => undefined
    const sendEvent = async () => {
      throw new Error('the instance is busy')
    }
    const get = async () => ({ status: async () => ({ status: 'running' }), sendEvent })
    const { client, lines } = await given({ SAGAS: { create, get } })
    const before = lines.length
    await expect(client.decideSaga('parked', 'retry')).rejects.toMatchObject({
      status: 503,
      problem: { detail: 'The Workflow "SAGAS" did not take the decision: the instance is busy. Say it again.' },
    })
    expect(await client.saga('parked')).toMatchObject({ decided: null })
    expect(lines).toHaveLength(before)
    expect(await client.cancelSaga('runs')).toMatchObject({ cancelledBy: 'admin' })
    expect(lines.at(-1)).toMatchObject({ event: 'admin_write', code: 'cancelled', message: 'cancel saga runs' })
  })

  it('hears of one that the engine has ended, where somebody looks', async () => {
    const { client, instances } = await given()
    instances.set('runs', { status: 'errored', error: { message: 'boom' } })
    expect(await client.saga('runs')).toMatchObject({
      state: 'failed',
      step: 'approval',
      because: 'The Workflow instance is errored: boom',
      engine: { status: 'errored', error: 'boom' },
    })
    await expect(client.cancelSaga('runs')).rejects.toMatchObject({ status: 409 })
    instances.set('parked', { status: 'terminated' })
    const { checks } = await client.check()
    const found = checks.find(({ id }) => id === 'sagas-go-on')
    expect(found?.findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('2 of the saga "place-order"'),
    )
    expect((await client.sagas({ state: 'failed' })).items.map(({ id }) => id).sort()).toEqual(['parked', 'runs'])
  })

  it('counts them for Prometheus, and how long the first that is parked has waited', async () => {
    const { get, clock } = await given({ STATS_OBJECT: undefined })
    await clock.advance(90_000)
    const text = await (await get('/-/metrics', { authorization: `Bearer ${TOKEN}` })).text()
    expect(text).toContain('selvedge_sagas{saga="place-order",version="1",state="parked"} 1')
    expect(text).toContain('selvedge_sagas{saga="place-order",version="1",state="running"} 1')
    expect(text).toContain('selvedge_saga_parked_seconds{saga="team-b-refund",version="1"} 90')
    expect(text).not.toContain('selvedge_isolates')
  })

  it('says what to bind where there is no list, or no Workflow', async () => {
    const unlisted = await givenAdmin({ ADMIN_TOKEN: TOKEN, SAGAS_OBJECT: undefined })
    await expect(unlisted.client.sagas()).rejects.toMatchObject({ status: 404, problem: { code: 'not_listed' } })
    const unbound = await given({ SAGAS: undefined })
    await expect(unbound.client.decideSaga('parked', 'skip')).rejects.toMatchObject({
      status: 409,
      problem: { code: 'not_bound' },
    })
    expect(await unbound.client.saga('parked')).not.toHaveProperty('engine')
  })

  it('shows a token with prefixes its own alone, and lets a reader decide nothing', async () => {
    const sha256 = async (text: string) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex')
    const [reader, team] = ['r'.repeat(32), 't'.repeat(32)]
    const ADMIN_TOKENS = JSON.stringify([
      { name: 'reader', role: 'read', sha256: await sha256(reader) },
      { name: 'team', role: 'write', prefixes: ['team-b-'], sha256: await sha256(team) },
    ])
    const { as, sent } = await given({ ADMIN_TOKENS })
    expect((await as(team).sagas()).items.map(({ id }) => id)).toEqual(['other'])
    expect(await as(team).saga('parked')).toBeUndefined()
    await expect(as(team).decideSaga('parked', 'retry')).rejects.toMatchObject({ status: 404 })
    await as(team).decideSaga('other', 'retry')
    await expect(as(reader).decideSaga('other', 'retry')).rejects.toMatchObject({ status: 403 })
    await expect(as(reader).cancelSaga('other')).rejects.toMatchObject({ status: 403 })
    expect(sent).toHaveLength(1)
  })
})
