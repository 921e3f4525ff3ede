/** What a call meets when there is no room for it, and what it says of its priority on the way. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Entry, Registry } from '../../src/registry/registry.ts'
import { createTestMesh, memoryRegistry } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { hang, quickClock, upstream, withHeaders } from '../support/upstream.ts'
import { world } from '../support/worlds.ts'

const ctx = { waitUntil() {} } as unknown as ExecutionContext
const PRIORITY = 'selvedge-priority'
const never = () => new Promise<never>(() => {})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a refusal for want of room', () => {
  const limits = { maxInFlight: 2 }

  it('reads nothing, waits for nothing and asks nobody', async () => {
    const memory = memoryRegistry({ users: { endpoints: ['https://a.example.com'], limits } })
    let reads = 0
    const registry: Registry = {
      read(keys): Promise<readonly (Entry | undefined)[]> {
        reads += 1
        return memory.read(keys)
      },
    }
    let sent = 0
    const send = () => {
      sent += 1
      return never()
    }
    const { call, clock } = world('https://unused.example.com', send, { registry })
    void call()
    void call()
    await clock.advance(1)
    const before = { at: clock.now(), pending: clock.pending, reads, sent }
    for (let refusal = 0; refusal < 100; refusal++) expect((await failureOf(call())).code).toBe('overloaded')
    expect({ at: clock.now(), pending: clock.pending, reads, sent }).toEqual(before)
  })

  it('is a 503 that says when to come back, and that it was not processed', async () => {
    const clock = quickClock()
    const mesh = createTestMesh({ users: { endpoints: [upstream(hang)], limits } }, { clock })
    mesh.fetch('http://users/').catch(() => {})
    mesh.fetch('http://users/').catch(() => {})
    await clock.advance(1)
    const error = await failureOf(mesh.fetch('http://users/'))
    expect(error).toMatchObject({ code: 'overloaded', meaning: { status: 503, retryable: true } })
  })

  it('is no longer said to be safe to send again once a handler hands it on', async () => {
    const clock = quickClock()
    const mesh = createTestMesh({ users: { endpoints: [upstream(hang)], limits: { maxInFlight: 1 } } }, { clock })
    const served = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
    const ask = () => served.fetch(new Request('http://front/', { method: 'POST' }), {}, ctx)
    void ask()
    await clock.advance(1)
    const answer = await ask()
    expect(answer.status).toBe(503)
    expect(answer.headers.get('selvedge-error')).toBe('overloaded')
    expect(answer.headers.get('retry-after')).toMatch(/^[123]$/)
    // The handler may have done more than make this call.
    expect(answer.headers.has('selvedge-retryable')).toBe(false)
  })

  it('leaves other endpoints, other services and other meshes alone', async () => {
    const clock = quickClock()
    const services = () => ({
      users: { endpoints: [upstream(hang)], limits: { maxInFlight: 1 } },
      orders: { endpoints: [upstream(200)], limits: { maxInFlight: 1 } },
    })
    const first = createTestMesh(services(), { clock })
    first.fetch('http://users/').catch(() => {})
    await clock.advance(1)
    expect((await first.fetch('http://orders/')).status).toBe(200)
    const second = createTestMesh(services(), { clock })
    second.fetch('http://users/').catch(() => {})
    await clock.advance(1)
    expect((await failureOf(first.fetch('http://users/'))).code).toBe('overloaded')
    expect((await failureOf(second.fetch('http://users/'))).code).toBe('overloaded')
  })
})

describe('a service that refuses', () => {
  const limited = withHeaders(503, { 'x-envoy-overloaded': 'true' })
  const ask = async (mesh: ReturnType<typeof createTestMesh>, name: string, times: number) => {
    let refused = 0
    for (let call = 0; call < times; call++) await mesh.fetch(`http://${name}/`).catch(() => (refused += 1))
    return refused
  }

  it('is spared, and no other with it; a second mesh changes nothing', async () => {
    const services = { users: upstream(limited), orders: upstream(limited, limited, 200) }
    const first = createTestMesh(services)
    expect(await ask(first, 'users', 100)).toBeGreaterThan(60)
    expect(await ask(first, 'orders', 100)).toBe(0)
    const second = createTestMesh(services)
    expect(await ask(second, 'orders', 50)).toBe(0)
    expect(await ask(first, 'users', 100)).toBeGreaterThan(75)
  })

  it('is asked again by an edit of its endpoints, not by one of its policy', async () => {
    const mesh = createTestMesh({ users: upstream(limited), other: upstream(200) }, { freshMs: 0 })
    await ask(mesh, 'users', 100)
    mesh.registry.set('users', { endpoints: [{ binding: 'SERVICE_0' }], timeouts: { request: '9s' } })
    await mesh.fetch('http://users/').catch(() => {})
    expect(await ask(mesh, 'users', 100)).toBeGreaterThan(75)
    mesh.registry.set('users', { endpoints: [{ binding: 'SERVICE_1' }] })
    await ask(mesh, 'users', 2)
    expect(await ask(mesh, 'users', 100)).toBe(0)
  })
})

describe('the priority of a call', () => {
  const served = (trusted: boolean, init?: (request: Request) => RequestInit) => {
    const users = upstream(200)
    const mesh = createTestMesh({ users }, { clock: quickClock() })
    const handle = (request: Request) => mesh.fetch('http://users/', init?.(request))
    const worker = mesh.serve({ fetch: handle }, { trust: () => trusted })
    return async (said?: string) => {
      const headers: Record<string, string> = said === undefined ? {} : { [PRIORITY]: said }
      await worker.fetch(new Request('http://front/', { headers }), {}, ctx)
      return users.requests.at(-1)?.headers.get(PRIORITY) ?? 'none'
    }
  }

  it.each([
    [true, 'critical', 'critical'],
    [true, 'sheddable', 'sheddable'],
    [true, 'default', 'none'],
    // What cannot be read takes away the most.
    [true, 'nonsense', 'sheddable'],
    [false, 'nonsense', 'sheddable'],
    [true, undefined, 'none'],
    [false, 'critical', 'none'],
    [false, 'sheddable', 'sheddable'],
  ])('trusted %s, said %s: the next hop is told %s', async (trusted, said, told) => {
    expect(await served(trusted)(said)).toBe(told)
  })

  it('is what the handler says of it', async () => {
    const say = served(false, () => ({ headers: { [PRIORITY]: 'critical' } }))
    expect(await say()).toBe('critical')
    expect(await say('sheddable')).toBe('critical')
    expect(await served(true, () => ({ headers: { [PRIORITY]: 'default' } }))('critical')).toBe('none')
  })

  it('is not raised by a handler that passes the headers of a stranger on', async () => {
    const passOn = ({ headers }: Request) => ({ headers })
    expect(await served(false, passOn)('critical')).toBe('none')
    expect(await served(false, passOn)('sheddable')).toBe('sheddable')
    expect(await served(true, passOn)('critical')).toBe('critical')
  })

  it('is said by a call that no request brought', async () => {
    const users = upstream(200)
    const mesh = createTestMesh({ users })
    await mesh.fetch('http://users/', { headers: { [PRIORITY]: 'critical' } })
    expect(users.requests[0]?.headers.get(PRIORITY)).toBe('critical')
  })

  it('decides who finds room', async () => {
    const clock = quickClock()
    const mesh = createTestMesh({ users: { endpoints: [upstream(hang)], limits: { maxInFlight: 2 } } }, { clock })
    const call = (priority: string) => mesh.fetch('http://users/', { headers: { [PRIORITY]: priority } })
    call('sheddable').catch(() => {})
    await clock.advance(1)
    expect((await failureOf(call('sheddable'))).code).toBe('overloaded')
    call('critical').catch(() => {})
    await clock.advance(1)
    expect((await failureOf(call('critical'))).code).toBe('overloaded')
  })
})
