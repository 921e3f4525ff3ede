import { describe, expect, it, vi } from 'vitest'
import { stack } from '../../../src/core/engine/stack.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { route } from '../../../src/features/route/filter.ts'
import { reach } from '../../../src/features/route/reach.ts'
import type { Route, Routes } from '../../../src/features/route/routes.ts'
import { markOf } from '../../../src/features/route/session.ts'

interface Way {
  under(service: Service): Service
}

interface Service {
  readonly routes: Routes<Way> | undefined
  readonly candidates: readonly unknown[]
  readonly unreachable: []
}

const way: Way = { under: (service) => service }
const serviceOf = (candidates: readonly unknown[]): Service => ({ routes: undefined, candidates, unreachable: [] })

async function called(services: Record<string, Service>) {
  const [v1, v2] = ['v1', 'v2'].map((name) => ({ name, weight: 1, way })) as [never, never]
  const rule: Route<Way> = {
    label: 'rules[0]',
    matches: [],
    ways: [v1, v2],
    choose: () => v2,
    session: {
      read: () => ({ backend: markOf('v1'), endpoint: 'e', expiresAt: 1 }),
      seals: false,
      write: async () => ['x', 'y'],
    },
  }
  const find = vi.fn(async (name: string) => services[name])
  const context = {
    clock: virtualClock(),
    name: 'shop',
    path: '/',
    receipt: receipt(),
    recordKey: 'services/shop',
    service: { ...serviceOf([]), routes: { find: () => rule } },
  }
  let reached: unknown
  await stack<typeof context>()
    .push(route<Way, Service, object>(async () => undefined, rule, find))
    .push(reach<Service, object>(find))
    .over(async (_, { service }) => {
      reached = service
      return new Response()
    })(new Request('http://shop/'), context)
  return { reached, asked: find.mock.calls.map(([name]) => name) }
}

describe('the backend of a session', () => {
  it('is looked up once', async () => {
    const v1 = serviceOf(['e'])
    expect(await called({ v1 })).toEqual({ reached: v1, asked: ['v1'] })
  })

  it.each([
    ['is gone', undefined],
    ['has nothing that can be reached', serviceOf([])],
  ])('is another where it %s', async (_, v1) => {
    const v2 = serviceOf(['e'])
    expect(await called({ ...(v1 && { v1 }), v2 })).toEqual({ reached: v2, asked: ['v1', 'v2'] })
  })
})
