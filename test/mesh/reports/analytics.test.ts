/** A data point of each call, for Analytics Engine. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { analytics, BLOBS, type Dataset, DOUBLES } from '../../../src/mesh/reports/analytics.ts'
import { memoryRegistry } from '../../../src/testing.ts'
import { world } from '../../support/worlds.ts'

type Point = Parameters<Dataset['writeDataPoint']>[0]

function given(answer: () => Promise<Response>, writeDataPoint: Dataset['writeDataPoint']) {
  const registry = memoryRegistry({
    users: { endpoints: ['https://users.example.com'], rules: [{ name: 'all' }], retry: { attempts: 1 } },
  })
  return world({}, answer, { registry, points: analytics({ writeDataPoint }) })
}

it('tells of a call by whom, to whom, how it ended and what it took', async () => {
  const points: Point[] = []
  let many = 0
  const { clock, call } = given(
    async () => new Response(null, { status: many++ === 0 ? 503 : 200 }),
    (point) => points.push(point),
  )
  const calledAt = clock.now()
  await clock.run(call({ name: 'users', caller: 'checkout', path: '/42?mail=ann@example.com' }))
  expect(points).toHaveLength(1)
  const [{ indexes, blobs, doubles }] = points as [Point]
  expect(indexes).toEqual(['users'])
  expect(Object.fromEntries(BLOBS.map((name, at) => [name, blobs[at]]))).toEqual({
    service: 'users',
    caller: 'checkout',
    outcome: 'success',
    error: null,
    rule: 'all',
    endpoint: 'https://users.example.com',
    revision: null,
  })
  expect(Object.fromEntries(DOUBLES.map((name, at) => [name, doubles[at]]))).toEqual({
    tookMs: clock.now() - calledAt,
    attempts: 2,
    retriesUsed: 1,
    hedged: 0,
  })
  expect(JSON.stringify(points)).not.toMatch(/ann|42/)
})

it('tells of a name that is nobody without the name, so that nobody can make indexes by inventing names', async () => {
  const points: Point[] = []
  const { clock, call } = given(
    async () => new Response(),
    (point) => points.push(point),
  )
  await clock.run(call({ name: 'invented' }).catch(() => undefined))
  expect(points).toMatchObject([
    { indexes: [''], blobs: ['', null, 'rejected', 'service_not_found', null, null, null] },
  ])
})

it('fails no call where the platform takes no point', async () => {
  const { clock, call } = given(
    async () => new Response('up'),
    () => {
      throw new Error('no more points')
    },
  )
  expect(await (await clock.run(call({ name: 'users' }))).text()).toBe('up')
})

it('has the columns that the page names', () => {
  const page = readFileSync('docs/observability.md', 'utf8')
  const columns = [...page.matchAll(/^\| `((?:blob|double)\d+)` \| `(\w+)`/gm)].map(([, column, name]) => [
    column,
    name,
  ])
  expect(columns).toEqual([
    ...BLOBS.map((name, at) => [`blob${at + 1}`, name]),
    ...DOUBLES.map((name, at) => [`double${at + 1}`, name]),
  ])
})
