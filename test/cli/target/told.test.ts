import { expect, it } from 'vitest'
import { adminClient } from '../../../src/admin/client.ts'
import { command } from '../../support/command.ts'

const problem = (status: number, body: object) =>
  new Response(JSON.stringify({ title: 'Refused', ...body }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

it.each([
  [
    'no token',
    401,
    {},
    {},
    2,
    'http://127.0.0.1:8787 asks for a token, and none was given: SELVEDGE_TOKEN, --token or selvedge config set.',
  ],
  [
    'a wrong token',
    401,
    {},
    { SELVEDGE_TOKEN: 'hunter2' },
    2,
    'http://127.0.0.1:8787 does not know the token of SELVEDGE_TOKEN: is it the one of this mesh?',
  ],
  [
    'a token that may not',
    403,
    { detail: 'The token "ci" reaches names that begin with "shop".' },
    { SELVEDGE_TOKEN: 'hunter2' },
    2,
    'names that begin with "shop". It is the token of SELVEDGE_TOKEN.',
  ],
  [
    'a mesh whose admin API is off',
    404,
    { detail: 'Nothing is here.' },
    {},
    2,
    'has no admin API: its control plane needs ADMIN_TOKEN or ADMIN_TOKENS',
  ],
  [
    'a control plane that fails',
    503,
    { detail: 'The registry takes in what stands in KV.' },
    {},
    2,
    'cannot answer now (503): The registry takes in what stands in KV.',
  ],
] as const)('tells %s in a sentence with what to do', async (_, status, body, env, code, sentence) => {
  const selvedge = command({ env, fetch: async () => problem(status, body), clientOf: adminClient })
  const ran = await selvedge('get')
  expect(ran.err).toContain(sentence)
  expect([ran.code, ran.out, ran.err.includes('hunter2')]).toEqual([code, '', false])
})

it('tells a record that is not there from an API that is not there', async () => {
  const notFound = { code: 'not_found', detail: 'There is no record of "users".' }
  const fetch = async (url: Parameters<typeof globalThis.fetch>[0]) =>
    String(url).includes('/services/') ? problem(404, notFound) : Response.json({ items: [] })
  const ran = await command({ fetch, clientOf: adminClient })('get', 'users')
  expect([ran.code, ran.err.includes('There is no record of "users".')]).toEqual([1, true])
})

it('tells of what is no mesh', async () => {
  const fetch = async () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
  const ran = await command({ fetch, clientOf: adminClient })('get')
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('is not the admin API')])
})

it('sends the token, and tells it to nobody', async () => {
  const sent: (string | null)[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent.push(new Headers(init?.headers).get('authorization'))
    return Response.json({ items: [] })
  }
  const ran = await command({ fetch, clientOf: adminClient })('--token', 'hunter2', 'get')
  expect(sent).toEqual(['Bearer hunter2'])
  expect(ran.out + ran.err).not.toContain('hunter2')
})
