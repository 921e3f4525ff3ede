import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../src/core/deadline.ts'
import { receipt } from '../../src/core/receipt.ts'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { LiveService } from '../../src/mesh/live-service.ts'
import { resolve } from '../../src/mesh/resolve.ts'
import { resolver } from '../../src/mesh/resolver.ts'
import { services } from '../../src/mesh/services.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import type { Registry } from '../../src/registry/registry.ts'
import { snapshot } from '../../src/registry/snapshot.ts'
import { failureOf } from '../support/call.ts'
import { givenAsking } from '../support/given.ts'

const request = new Request('http://users/')
const A = 'https://a.example.com'
const B = 'https://b.example.com'

function given(registry: Registry) {
  const clock = virtualClock()
  const names = snapshot(registry, { freshMs: 5000, maxStaleMs: 3_600_000, readMs: 1000, maxRecords: 100 })
  const live = services({
    clock,
    random: seeded(7),
    defaults: {},
    maxRecords: 100,
    unreachableBecause: () => undefined,
  })
  const filter = resolve(resolver(names, live))
  const ask = async (name: string, leftMs = 15_000) => {
    let service: LiveService | undefined
    const told = receipt()
    const context = { ...givenAsking(clock), deadline: deadlineIn(leftMs, clock), name, receipt: told }
    const answer = filter(request, context, async (_, gives) => {
      service = gives.service
      return new Response()
    })
    await clock.run(answer)
    return { service: service as unknown as LiveService, receipt: told }
  }
  return { clock, ask }
}

const endpointsOf = ({ service }: { service: LiveService }) => service.candidates.map(({ endpoint }) => endpoint.id)

describe('resolve', () => {
  it('gives the service that stands under the name, and notes where it was found', async () => {
    const registry = memoryRegistry()
    registry.set('users', A, '7')
    const found = await given(registry).ask('users')
    expect(endpointsOf(found)).toEqual([A])
    expect(found.receipt).toMatchObject({
      service: 'users',
      path: ['users'],
      key: 'services/users',
      revision: '7',
      freshness: 'fresh',
      refusedRecord: undefined,
    })
  })

  it('prefers a name to its wildcards, and the longest of those', async () => {
    const { ask } = given(memoryRegistry({ 'eu.users.shop': A, '*.users.shop': B, '*.shop': 'https://c.example.com' }))
    expect(endpointsOf(await ask('eu.users.shop'))).toEqual([A])
    expect((await ask('us.users.shop')).receipt.key).toBe('services/*.users.shop')
    expect((await ask('orders.shop')).receipt.key).toBe('services/*.shop')
    expect((await failureOf(ask('shop'))).code).toBe('service_not_found')
  })

  it('follows an alias, and notes the names that it passed', async () => {
    const { ask } = given(
      memoryRegistry({ users: { alias: 'people' }, people: { alias: 'people-v2' }, 'people-v2': A }),
    )
    const found = await ask('users')
    expect(endpointsOf(found)).toEqual([A])
    expect(found.receipt.path).toEqual(['users', 'people', 'people-v2'])
    expect(found.receipt.service).toBe('users')
    expect(found.receipt.key).toBe('services/people-v2')
  })

  it('shares what was learned among all names that lead to one record', async () => {
    const { ask } = given(memoryRegistry({ users: A, people: { alias: 'users' } }))
    expect((await ask('people')).service).toBe((await ask('users')).service)
  })

  it('stops at aliases that go round', async () => {
    const { ask } = given(memoryRegistry({ a: { alias: 'b' }, b: { alias: 'a' } }))
    const error = await failureOf(ask('a'))
    expect(error.code).toBe('loop_detected')
    expect(error.message).toContain('a → b → a')
  })

  it('says which name is missing', async () => {
    const { ask } = given(memoryRegistry({ users: { alias: 'people' } }))
    const error = await failureOf(ask('users'))
    expect(error.code).toBe('service_not_found')
    expect(error.message).toContain('people')
  })

  it('waits for the registry no longer than the caller does', async () => {
    const { ask, clock } = given({ read: () => new Promise(() => {}) })
    const before = clock.now()
    expect((await failureOf(ask('users', 300))).code).toBe('deadline_exceeded')
    expect(clock.now() - before).toBe(300)
    expect((await failureOf(ask('users'))).code).toBe('registry_unavailable')
    expect(clock.now() - before).toBe(1300)
  })

  it('notes that the newest record was refused, where the last good one serves', async () => {
    const registry = memoryRegistry({ users: A })
    const { ask, clock } = given(registry)
    await ask('users')
    registry.set('users', '{"endpoints": 7}')
    await clock.advance(5001)
    expect((await ask('users')).receipt.freshness).toBe('stale')
    await clock.advance(1)
    const { receipt, service } = await ask('users')
    expect(receipt.freshness).toBe('last-good')
    expect(receipt.refusedRecord).toContain('$.endpoints')
    expect(endpointsOf({ service })).toEqual([A])
  })
})
