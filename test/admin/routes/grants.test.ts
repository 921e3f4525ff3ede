import { describe, expect, it } from 'vitest'
import { seal } from '../../../src/core/seal.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { readGrant } from '../../../src/wire/grant.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'

const READER = 'the-token-of-one-who-only-reads'
const tokens = async () => ({
  ADMIN_TOKEN: TOKEN,
  ADMIN_TOKENS: JSON.stringify([
    { name: 'reader', role: 'read', prefixes: ['team-'], sha256: await sha256Hex(READER) },
  ]),
  MESH_GRANT_KEY: 'new, old',
})

describe('grants', () => {
  it('are minted with the first key, for five minutes, and the audit says for whom', async () => {
    const { client, clock, lines } = await givenAdmin(await tokens())
    const { grant, expiresAt } = await client.grant(['users', 'team-*'])
    expect(Date.parse(expiresAt)).toBe(clock.now() + 300_000)
    expect(await readGrant(grant, seal(['new']), clock.now())).toEqual({
      names: ['users', 'team-*'],
      expiresAt: Date.parse(expiresAt),
    })
    expect(lines.at(-1)).toMatchObject({ caller: 'admin', message: 'grant for users, team-*' })
    expect(JSON.stringify(lines)).not.toContain(grant)
  })

  it('are for names that the token reaches, whatever its role', async () => {
    const { as } = await givenAdmin(await tokens())
    const reader = as(READER)
    expect(await reader.grant(['team-a', 'team-b*'])).toHaveProperty('grant')
    for (const name of ['users', 'te*', '*', 'team*']) {
      await expect(reader.grant([name])).rejects.toMatchObject({ status: 403 })
    }
  })

  it('need a key', async () => {
    const { client } = await givenAdmin()
    await expect(client.grant(['users'])).rejects.toMatchObject({
      status: 409,
      problem: { code: 'no_grant_key', detail: expect.stringContaining('MESH_GRANT_KEY') },
    })
  })

  it.each([[[]], [['Users']], [['a*b']], [Array.from({ length: 33 }, (_, index) => `a${index}`)]])(
    'are not minted for %j',
    async (names) => {
      const { client } = await givenAdmin(await tokens())
      await expect(client.grant(names)).rejects.toMatchObject({ status: 422 })
    },
  )

  it('need a token', async () => {
    const { as } = await givenAdmin(await tokens())
    await expect(as(undefined).grant(['users'])).rejects.toMatchObject({ status: 401 })
  })
})
