/** How an app of hono is tested, as docs/library.md shows it. */
import { createTestMesh, type TestMesh } from 'selvedge/testing'
import { expect, it, vi } from 'vitest'
import { orders } from '../../examples/embedded/orders.ts'

vi.mock('selvedge/hono', () => import('../../src/hono.ts'))
vi.mock('selvedge/testing', () => import('../../src/testing.ts'))

const ask = (mesh: TestMesh, path: string) => mesh.clock.run(Promise.resolve(orders(() => mesh).request(path)))

it('names who has ordered', async () => {
  const mesh = createTestMesh({ users: () => new Response('Ada') })
  expect(await (await ask(mesh, '/orders/7')).json()).toEqual({ order: '7', for: 'Ada' })
  expect(mesh.spans().map(({ kind, name }) => [kind, name])).toEqual([
    ['client', 'users'],
    ['server', 'GET'],
  ])
})

it('does without a name where users cannot say it', async () => {
  const mesh = createTestMesh({ users: () => new Response('busy', { status: 503 }) })
  expect(await (await ask(mesh, '/orders/7')).json()).toEqual({ order: '7', for: 'somebody' })
  mesh.registry.set('users', () => new Response('Grace'))
  await mesh.clock.advance(5000)
  await ask(mesh, '/orders/8')
  expect(await (await ask(mesh, '/orders/9')).json()).toEqual({ order: '9', for: 'Grace' })
})
