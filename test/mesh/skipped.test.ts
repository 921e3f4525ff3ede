/** Endpoints of every kind that this caller cannot reach are passed over, each with its reason on the receipt. */
import { expect, it } from 'vitest'
import { receipt } from '../../src/core/receipt.ts'
import { root } from '../../src/mesh/accept.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import { caller } from '../../src/mesh/stack.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { pickHeaders } from '../../src/wire/picked.ts'

const endpoints = [
  'https://here.example.com',
  { binding: 'USERS' },
  { dispatch: { binding: 'DISPATCH', script: 'users' } },
  { object: { binding: 'ROOMS', key: 'path:1' } },
  { queue: { binding: 'JOBS' } },
  { lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS' } },
  { url: 'https://run.example.com', credentials: { type: 'google-id-token', secret: 'GCP' } },
]
const REASONS = [
  ['binding:USERS', 'This Worker has no service binding "USERS".'],
  ['dispatch:DISPATCH/users', 'This Worker has no dispatch namespace "DISPATCH".'],
  ['object:ROOMS/path:1', 'This Worker has no Durable Object namespace "ROOMS".'],
  ['queue:JOBS', 'This Worker has no queue "JOBS".'],
  ['lambda:users', 'This mesh was made without `cloud` of selvedge/cloud.'],
  ['https://run.example.com', 'This mesh was made without `cloud` of selvedge/cloud.'],
]

async function skippedBy(name: string, env: object) {
  const registry = memoryRegistry({
    users: { endpoints },
    front: { rules: [{ backendRefs: [{ name: 'users' }] }] },
    also: { alias: 'users' },
  })
  const settings = withDefaults({ registry, env, fetch: async () => new Response('here') })
  const told = receipt()
  const request = new Request(`http://${name}/`)
  const headers = pickHeaders(request.headers)
  const call = { ...root(settings), defer: () => {}, headers, receipt: told, name, path: '/', signals: () => [] }
  const response = await caller(settings)(request, call)
  return { text: await response.text(), skipped: told.skipped.map(({ endpoint, reason }) => [endpoint, reason]) }
}

it.each([
  ['by its name', 'users'],
  ['by an alias', 'also'],
  ['by a rule', 'front'],
])('a service that is called %s answers from where it can be reached, and tells of the others', async (_, name) => {
  expect(await skippedBy(name, {})).toEqual({ text: 'here', skipped: REASONS })
  // Something of that name is not enough: it must be what the endpoint says it is.
  const others = { USERS: 'text', DISPATCH: { fetch() {} }, ROOMS: { get() {} }, JOBS: { fetch() {} } }
  expect(await skippedBy(name, others)).toEqual({ text: 'here', skipped: REASONS })
})
