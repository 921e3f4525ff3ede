import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { command } from '../../support/command.ts'
import { givenAdmin } from '../../support/given-admin.ts'

const REGISTRY = `
users:
  endpoints: [https://users.example.com, { binding: USERS, weight: 3 }]
  rules:
    - name: canary
      matches: [{ headers: [{ name: x-env, value: canary }] }]
      backendRefs: [{ name: users-v2, weight: 3 }, { name: gone }]
    - matches: [{ path: { value: /report } }]
      timeouts: { request: 60s }
  timeouts: { backendRequest: 2s }
users-v2: https://v2.example.com
people: { alias: users }
`

let file: string
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'selvedge-resolve-')), 'registry.yaml')
  writeFileSync(file, REGISTRY)
})

const selvedge = command()

describe('selvedge resolve', () => {
  it('tells of files alone what would become of a request', async () => {
    const { code, out, err } = await selvedge('resolve', 'people', '--path', '/report/1', '-f', file, '--offline')
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(`GET /report/1 of people
Names followed: people → users
Records read: services/people (no revision), services/users (no revision)

Rules of services/users
  RULE       MATCHES   WHY
  canary     no        header x-env is not there
  rules[1]   taken     Its match holds.

100 % to its own endpoints (by rules[1]): services/users
  sent as /report/1 of people
  Endpoints
    ENDPOINT                    WEIGHT   STATE       BECAUSE
    https://users.example.com   1        reachable   -
    binding:USERS               3        unknown     It is not known here which bindings the mesh has.
  Policy
    FIELD                     VALUE   SOURCE
    timeouts.request          60s     rule rules[1]
    timeouts.backendRequest   2s      record
`)
  })

  it('says of a guest what depends on claims, and ends with 0: no error is sure', async () => {
    const rule = '{ name: scoped, effect: EFFECT, callers: ["*.partners"], claims: { scope: [read] } }'
    const asked = async (otherwise: string, effect: string, mode = 'enforce') => {
      const text = `users:\n  endpoints: [https://users.example.com]\n  access: { default: ${otherwise}, mode: ${mode}, rules: [${rule.replace('EFFECT', effect)}] }\n`
      const guarded = join(mkdtempSync(join(tmpdir(), 'selvedge-resolve-')), 'guarded.yaml')
      writeFileSync(guarded, text)
      const { code, out } = await selvedge('resolve', 'users', '--caller', 'a.partners', '-f', guarded, '--offline')
      expect(code).toBe(0)
      expect(out).toContain('100 % to its own endpoints')
      return /Who may call\n {2}(.*)\n/.exec(out)?.[1]
    }
    const who = 'depends on claims: services/users: by the rule "scoped" it'
    expect(await asked('deny', 'allow')).toBe(
      `${who} allows who has the claims; without them it denies, by its default`,
    )
    expect(await asked('deny', 'allow', 'audit')).toContain('without them it would deny, by its default')
    expect(await asked('allow', 'deny')).toBe(
      `${who} denies who has the claims; without them it allows, by its default`,
    )
  })

  it('ends with 1 where a caller would get an error, and says where to read on', async () => {
    const { code, out, err } = await selvedge('resolve', '-H', 'X-Env: canary', '-f', file, '--offline', 'users')
    expect(code).toBe(1)
    expect(out).toContain('75 % to users-v2 (by canary): services/users-v2\n  sent as / of users\n')
    expect(out).toContain('25 % to gone (by canary)\n  refused backend_not_found (500): canary sends to "gone"')
    expect(err).toBe('selvedge: A caller would get backend_not_found: see docs/i-got-a-503.md#backend_not_found.\n')
    const none = await selvedge('resolve', 'http://users/other', '-f', file, '--offline')
    expect(none.code).toBe(1)
    expect(none.out).toContain('refused route_not_found (404): No rule matches GET /other.')
  })

  it('asks the mesh, and lays files over what stands there', async () => {
    const { client } = await givenAdmin()
    await client.put('users', 'https://old.example.com', { ifNoneMatch: '*' })
    const asking = command({ clientOf: () => client })
    const now = await asking('resolve', 'users', '--output', 'json')
    expect(now.err).toBe('target local http://127.0.0.1:8787\n')
    expect(JSON.parse(now.out)).toMatchObject({ key: 'services/users', revision: '1', leads: [{ share: 1 }] })
    const then = await asking('resolve', 'http://users/report', '-f', file)
    expect(then.out).toContain('Records read: services/users (what-if)')
    expect(then.out).toContain('100 % to its own endpoints (by rules[1])')
    expect((await client.get('users'))?.record).toBe('https://old.example.com')
  })

  it.each([
    [['resolve', 'users', '--offline'], '--offline needs -f FILE'],
    [['resolve', 'http://users/', '--path', '/1', '--offline'], '--offline needs -f FILE'],
    [['resolve', 'users', '-H', 'no header', '-f', 'x'], 'It is "name: value".'],
    [['resolve', 'users', '--file', 'nowhere.yaml', '--offline'], 'nowhere.yaml'],
  ])('ends with 2 where it is used wrongly: %j', async (argv, said) => {
    const { code, err } = await selvedge(...argv)
    expect([code, err]).toEqual([2, expect.stringContaining(said)])
  })

  it('refuses what is no name, here and at the mesh', async () => {
    const { client } = await givenAdmin()
    for (const ran of [
      await selvedge('resolve', 'us_ers', '-f', file, '--offline'),
      await command({ clientOf: () => client })('resolve', 'us_ers'),
    ]) {
      expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('"us_ers" is not a service name')])
    }
  })
})
