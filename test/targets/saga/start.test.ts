import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { sendToWorkflow } from '../../../src/targets/saga/start.ts'
import { givenSent } from '../../support/given.ts'

interface Created {
  id: string
  params: unknown
}

function given() {
  const created: Created[] = []
  const random = seeded(1)
  let caller: string | undefined = 'shop'
  const events: unknown[] = []
  const status = new Map<string, object>()
  const SAGAS = {
    async create(one: Created) {
      if (created.some(({ id }) => id === one.id))
        throw new Error('(instance.already_exists) Provided id already exists')
      created.push(one)
    },
    async get(id: string) {
      const one = created.find((other) => other.id === id)
      if (!one) throw new Error('(instance.not_found) Provided id does not exist')
      return {
        status: async () => status.get(id) ?? { status: 'running' },
        sendEvent: async (event: object) => void events.push({ id, ...event }),
      }
    },
  }
  const ask = (method: string, path: string, body: BodyInit | null = null, headers: Record<string, string> = {}) =>
    sendToWorkflow(
      { bindings: { SAGAS } },
      { kind: 'saga', binding: 'SAGAS', saga: 'place-order' },
      new Request(`http://place-order${path}`, { method }),
      givenSent({ attempt: { body }, outgoing: new Headers(headers), path, random, caller }),
    )
  const as = (name: string | undefined) => {
    caller = name
  }
  return { ask, as, created, events, status }
}

describe('a saga as a service', () => {
  it('is started by a POST, with what it was sent and where it was started from', async () => {
    const { ask, created } = given()
    const answer = await ask('POST', '/', '{"total":10}')
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    expect(answer.headers.get('location')).toBe(`/${id}`)
    expect(created).toEqual([{ id, params: { saga: 'place-order', binding: 'SAGAS', input: { total: 10 } } }])
  })

  it.each([['idempotency-key'], ['ce-id']])(
    'started twice with the same %s is one, and has the same answer',
    async (name) => {
      const { ask, created } = given()
      const [one, other, third] = [
        await ask('POST', '/', '{}', { [name]: 'k1' }),
        await ask('POST', '/', '{"total":99}', { [name]: 'k1' }),
        await ask('POST', '/', '{}', { [name]: 'k2' }),
      ]
      expect([one.status, other.status, third.status]).toEqual([202, 202, 202])
      expect(await other.json()).toEqual(await one.json())
      expect(created).toHaveLength(2)
      expect(created[0]?.id).toMatch(/^[0-9a-f]{64}$/)
    },
  )

  it('is another saga where no key says that it is the same', async () => {
    const { ask, created } = given()
    await ask('POST', '/', '{}', { 'idempotency-key': '""' })
    await ask('POST', '/', null)
    expect(created).toHaveLength(2)
    expect(created[1]?.params).toMatchObject({ input: null })
  })

  it.each([
    [{ status: 'running' }, { state: 'running' }],
    [{ status: 'waiting' }, { state: 'running' }],
    [{ status: 'errored', error: { message: 'secret' } }, { state: 'failed' }],
    [{ status: 'terminated' }, { state: 'failed' }],
    [{ status: 'complete', output: { outcome: 'completed' } }, { state: 'completed' }],
    [
      { status: 'complete', output: { outcome: 'compensation_incomplete', because: 'no', skipped: ['undo a'] } },
      { state: 'compensation_incomplete', because: 'no', skipped: ['undo a'] },
    ],
  ])('tells how it stands: %j', async (engine, told) => {
    const { ask, status } = given()
    const { id } = (await (await ask('POST', '/')).json()) as { id: string }
    status.set(id, engine)
    const answer = await ask('GET', `/${id}?x=1`)
    expect(await answer.json()).toEqual({ id, ...told })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('tells why it turned back to callers that are known, and to nobody else', async () => {
    const { ask, as, status } = given()
    const { id } = (await (await ask('POST', '/')).json()) as { id: string }
    status.set(id, { status: 'complete', output: { outcome: 'compensated', because: 'credit answered 422: …' } })
    expect(await (await ask('GET', `/${id}`)).json()).toEqual({
      id,
      state: 'compensated',
      because: 'credit answered 422: …',
    })
    as(undefined)
    expect(await (await ask('GET', `/${id}`)).json()).toEqual({ id, state: 'compensated' })
  })

  it('hands an event on to the saga', async () => {
    const { ask, events } = given()
    const { id } = (await (await ask('POST', '/')).json()) as { id: string }
    expect((await ask('POST', `/${id}/events/approved`, '{"by":"jane"}')).status).toBe(202)
    expect(events).toEqual([{ id, type: 'approved', payload: { by: 'jane' } }])
  })

  it.each([
    ['POST', '/', 'no json', 400],
    ['POST', '/one/events/go', 'no json', 400],
    ['GET', '/', null, 405],
    ['POST', '/one', null, 405],
    ['GET', '/one/events/go', null, 405],
    ['GET', '/one', null, 404],
    ['POST', '/one/events/go', '{}', 404],
    ['POST', '/one/events/selvedge-decision', '"skip"', 404],
    ['POST', '/one/other', null, 404],
    ['GET', '/..%2f', null, 404],
    ['GET', `/${'a'.repeat(101)}`, null, 404],
  ])('answers %s %s %s with %i', async (method, path, body, expected) => {
    const { ask, events } = given()
    const answer = await ask(method, path, body)
    expect(answer.status).toBe(expected)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    if (expected === 405) expect(answer.headers.get('allow')).toMatch(/^(GET|POST)$/)
    expect(events).toEqual([])
  })

  it('refuses what no Workflow holds', async () => {
    const { ask, created } = given()
    await expect(ask('POST', '/', new Uint8Array(1_048_577))).rejects.toMatchObject({ code: 'request_too_large' })
    expect(created).toEqual([])
  })

  it('fails as a service does where the engine fails', async () => {
    const answer = sendToWorkflow(
      {
        bindings: {
          SAGAS: {
            create: async () => {
              throw new Error('internal')
            },
            get: async () => undefined,
          },
        },
      },
      { kind: 'saga', binding: 'SAGAS', saga: 'place-order' },
      new Request('http://place-order/', { method: 'POST' }),
      givenSent({ path: '/' }),
    )
    await expect(answer).rejects.toThrow('internal')
  })
})
