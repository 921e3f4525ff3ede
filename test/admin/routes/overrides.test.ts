import { beforeAll, describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { trust } from '../../../src/trust.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'
import { DOMAIN, type GivenKey, givenKey } from '../../support/given-keys.ts'

const CI = 'the-token-of-a-pipeline-that-writes'
const READER = 'the-token-of-one-who-only-reads'

let key: GivenKey
beforeAll(async () => {
  key = await givenKey('mesh-1')
})

const trusting = (more: object = {}) => ({
  MESH_TRUST: { domain: DOMAIN, sign: 'MESH_KEY', ...more },
  MESH_KEY: key.secret,
})
const vars = async () => ({
  ADMIN_TOKEN: TOKEN,
  ADMIN_TOKENS: JSON.stringify([
    { name: 'ci', role: 'write', prefixes: ['team-'], sha256: await sha256Hex(CI) },
    { name: 'reader', role: 'read', sha256: await sha256Hex(READER) },
  ]),
  ...trusting(),
})

/** Does a mesh with this key answer a request with this baggage by the record in place? */
async function answered(baggage: string, now: number, { open, alg }: { open: object; alg?: string } = key as never) {
  const clock = cryptoClock(now)
  const at = (text: string) => ({ fetch: async () => new Response(text) })
  const enter = proxy({
    registry: memoryRegistry({
      users: { endpoints: [{ binding: 'A' }] },
      'users@pr-1': { endpoints: [{ binding: 'B' }] },
    }),
    env: { A: at('base'), B: at('preview') },
    clock,
    random: seeded(7),
    log: 'off',
    trust: trust({ domain: DOMAIN, keys: { keys: [open] } }),
  })
  const identify = () => ({ name: 'users', path: '/' })
  const request = new Request('http://users/', { headers: { baggage } })
  const answer = await clock.run(enter(request, { trusted: false, defer: () => {}, identify }))
  expect(alg).toBeUndefined()
  return answer.text()
}

describe('overrides', () => {
  it('are minted by the key of the mesh, which believes them, and the audit says for whom and how long', async () => {
    const { client, clock, lines } = await givenAdmin(await vars())
    const { baggage, kid, expiresAt } = await client.override({ users: 'users@pr-1' }, '1h', 'jane')
    expect([kid, Date.parse(expiresAt)]).toEqual(['mesh-1', Math.floor(clock.now() / 1000) * 1000 + 3_600_000])
    expect(await answered(baggage, clock.now())).toBe('preview')
    expect(await answered(baggage, clock.now() + 3_700_000)).toBe('base')
    expect(lines.at(-1)).toMatchObject({ caller: 'admin (says: jane)', message: 'override of users=users@pr-1 for 1h' })
    expect(JSON.stringify(lines)).not.toContain(baggage)
  })

  it.each(['Ed25519', 'EdDSA', 'ES256', 'PS256', 'RS256'])(
    'are signed with a key of %s as others verify it',
    async (alg) => {
      const own = await givenKey('own', {}, alg)
      const { client, clock } = await givenAdmin({ ...(await vars()), MESH_KEY: own.secret } as never)
      const { baggage } = await client.override({ users: 'users@pr-1' }, '1m')
      expect(await answered(baggage, clock.now(), { open: own.open })).toBe('preview')
    },
  )

  it('are for who may write both records', async () => {
    const { as } = await givenAdmin(await vars())
    expect(await as(CI).override({ 'team-a': 'team-a@pr-1' }, '1h')).toHaveProperty('baggage')
    for (const overrides of [{ users: 'team-a@pr-1' }, { 'team-a': 'users@pr-1' }])
      await expect(as(CI).override(overrides, '1h')).rejects.toMatchObject({ status: 403 })
    await expect(as(READER).override({ users: 'users@pr-1' }, '1h')).rejects.toMatchObject({ status: 403 })
    await expect(as(undefined).override({ users: 'users@pr-1' }, '1h')).rejects.toMatchObject({ status: 401 })
  })

  it.each<[Record<string, string>, string]>([
    [{}, '1h'],
    [{ users: 'users' }, '1h'],
    [{ Users: 'users@a' }, '1h'],
    [{ users: 'users@a' }, '25h'],
    [{ users: 'users@a' }, '500ms'],
    [{ users: 'users@a' }, 'soon'],
  ])('are not minted of %j for %s', async (overrides, time) => {
    const { client } = await givenAdmin(await vars())
    await expect(client.override(overrides, time)).rejects.toMatchObject({ status: 422 })
  })

  it('live as long as MESH_TRUST lets them', async () => {
    const { client } = await givenAdmin({ ...(await vars()), ...trusting({ overrides: { maxAge: '10m' } }) })
    await expect(client.override({ users: 'users@a' }, '11m')).rejects.toMatchObject({ status: 422 })
    expect(await client.override({ users: 'users@a' }, '10m')).toHaveProperty('baggage')
  })

  it.each([
    ['no MESH_TRUST', { MESH_TRUST: undefined }, 'needs MESH_TRUST'],
    ['no secret', { MESH_KEY: undefined }, 'needs MESH_TRUST'],
    ['a secret that is none', { MESH_KEY: 'hunter2' }, 'Expected a private key'],
    ['a MESH_TRUST that is not understood', { MESH_TRUST: '{"domian":"a"}' }, 'MESH_TRUST: '],
  ])('need a key: with %s it is said which, and no word of it', async (_, over, said) => {
    const { client } = await givenAdmin({ ...(await vars()), ...over } as never)
    const problem = { code: 'no_key', detail: expect.stringContaining(said) }
    const refused = expect(client.override({ users: 'users@a' }, '1h')).rejects
    await refused.toMatchObject({ status: 409, problem })
    await expect(client.override({ users: 'users@a' }, '1h')).rejects.not.toMatchObject({
      problem: { detail: expect.stringContaining('hunter2') },
    })
  })
})
