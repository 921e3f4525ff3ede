/** The admin API as it is deployed: through the mesh, by CONTROL, to the object, and into KV. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as ask, type IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminClient, adminClient } from '../../src/admin/client.ts'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'

const run = promisify(execFile)
const TOKEN = 'a-token-of-thirty-two-characters'

let mesh: MeshWorker
let admin: AdminClient
beforeAll(async () => {
  mesh = await startMesh({ control: { vars: { ADMIN_TOKEN: TOKEN } }, records: { users: 'https://users.example.com' } })
  admin = adminClient({ url: mesh.url, token: TOKEN })
})
afterAll(() => mesh?.dispose())

describe('the admin API behind the mesh', () => {
  it('writes, tells when KV has it, and takes back', async () => {
    const users = await admin.get('users')
    expect(users).toMatchObject({ revision: 1, origin: 'adopt', record: 'https://users.example.com' })
    const { revision } = await admin.put('users', 'https://other.example.com', { ifMatch: 1, message: 'moved' })
    await eventually('the revision stands in KV', async () => (await admin.revision(revision))?.waiting === 0)
    expect(await admin.get('users')).toMatchObject({ state: 'published', author: 'admin', message: 'moved' })
    expect((await admin.rollback('users', 1)).revision).toBe(revision + 1)
    const { items } = await admin.history('users')
    expect(items.map(({ origin }) => origin)).toEqual(['rollback', 'api', 'adopt'])
    await expect(admin.put('users', 'https://x.example.com', { ifMatch: 1 })).rejects.toMatchObject({
      status: 412,
      problem: { code: 'mismatch', current: { record: 'https://users.example.com' } },
    })
  })

  it('refuses a body of more than 4 MiB, by what it says of itself, before it has come', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'if-none-match': '*' }
    const request = ask(`${mesh.url}/-/api/v1/services/long`, {
      method: 'PUT',
      headers: { ...headers, 'content-length': 5_000_000 },
    })
    request.on('error', () => {})
    request.write('{')
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect([response.statusCode, response.headers['content-type']]).toEqual([413, 'application/problem+json'])
    request.destroy()
    expect((await admin.list()).items.map(({ name }) => name)).not.toContain('long')
  })

  it('answers nobody without the token, and describes itself to anyone', async () => {
    const none = await mesh.call('/-/api/v1/services')
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer realm="selvedge"'])
    const wrong = await mesh.call('/-/api/v1/services', { headers: { authorization: 'Bearer wrong' } })
    expect(wrong.status).toBe(401)
    expect((await mesh.call('/-/api/openapi.json')).json).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) })
  })

  it('resolves and describes, and knows what the mesh has', async () => {
    const record = { endpoints: [{ binding: 'CONTROL' }, { binding: 'GONE' }], timeouts: { request: '2s' } }
    await admin.put('told', record, { ifNoneMatch: '*' })
    const { leads, read } = await admin.resolve({ request: { url: `${mesh.url}/svc/told/1?a=b` } })
    expect(read).toEqual([{ key: 'services/told', isThere: true, revision: expect.any(String) }])
    expect(leads[0]?.candidates.map(({ state }) => state)).toEqual(['reachable', 'unreachable'])
    expect(leads[0]?.outcome).toEqual({ is: 'sent', host: 'told', path: '/1?a=b' })
    const told = await admin.describe('told')
    expect(told?.candidates[1]?.because).toBe('This Worker has no service binding "GONE".')
    expect(told?.policy).toContainEqual({ field: 'timeouts.request', value: '2s', source: 'record' })
  })
})

describe('docs/admin-api.md', () => {
  it('begins with lines that run, and do what is said', async () => {
    const page = readFileSync(new URL('../../docs/admin-api.md', import.meta.url), 'utf8')
    const [, block = ''] = /```console\n([\s\S]*?)```/.exec(page) ?? []
    const commands = block
      .replaceAll('\\\n', '')
      .split('\n')
      .filter((line) => line.startsWith('$ curl'))
    expect(commands).toHaveLength(3)
    await admin.delete('users', { ifMatch: '*' })
    const answers: object[] = []
    for (const command of commands) {
      const here = command.slice(2).replaceAll('http://127.0.0.1:8787', mesh.url)
      const { stdout } = await run('sh', ['-c', `${here} --silent --fail-with-body`], {
        env: { ...process.env, ADMIN_TOKEN: TOKEN },
      })
      answers.push(JSON.parse(stdout))
    }
    expect(answers).toMatchObject([
      { created: ['users'] },
      { name: 'users', record: 'https://users.example.com', message: 'first', author: 'admin' },
      { changed: ['users'] },
    ])
    expect(await admin.get('users')).toBeUndefined()
  })
})
