import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seal } from '../../src/core/seal.ts'
import { toBase64url } from '../../src/core/text/base64url.ts'
import { covers, GRANT_MS, MAX_GRANT_LENGTH, mintGrant, readGrant } from '../../src/wire/grant.ts'

const NOW = 1_800_000_000_000
const key = seal(['key'])

describe('a grant', () => {
  it('holds for the names it lists, for five minutes', async () => {
    const { grant, expiresAt } = await mintGrant(key, ['users', 'team-*'], NOW)
    expect(expiresAt).toBe(NOW + 300_000)
    const read = await readGrant(grant, key, NOW + GRANT_MS - 1)
    expect(read).toEqual({ names: ['users', 'team-*'], expiresAt })
    expect(await readGrant(grant, key, NOW + GRANT_MS)).toBeUndefined()
    expect(
      ['users', 'team-a', 'team-', 'users2', 'team', 'payments'].map((name) =>
        covers({ names: ['users', 'team-*'] }, name),
      ),
    ).toEqual([true, true, true, false, false, false])
  })

  it('is a header: letters, digits, dot, dash and underscore', async () => {
    expect((await mintGrant(key, ['*.shop', 'users@pr-1'], NOW)).grant).toMatch(/^1\.[\w-]+\.[\w-]+$/)
  })

  it('is minted with the first key, and believed with any', async () => {
    const old = await mintGrant(seal(['old']), ['users'], NOW)
    expect(await readGrant(old.grant, seal(['new', 'old']), NOW)).toBeDefined()
    expect(await readGrant(old.grant, seal(['new']), NOW)).toBeUndefined()
    const both = await mintGrant(seal(['new', 'old']), ['users'], NOW)
    expect(await readGrant(both.grant, seal(['old']), NOW)).toBeUndefined()
  })

  it('that was changed anywhere is none', async () => {
    const { grant } = await mintGrant(key, ['users'], NOW)
    await fc.assert(
      fc.asyncProperty(fc.nat(grant.length - 1), fc.constantFrom('A', '9', '_', '.', 'x'), async (at, character) => {
        const changed = grant.slice(0, at) + character + grant.slice(at + 1)
        fc.pre(changed !== grant)
        expect(await readGrant(changed, key, NOW)).toBeUndefined()
      }),
    )
  })

  it.each(['', '1', '1..', '2.a.b', '1.a.b.c', '1.a.b', '.'.repeat(50), 'x'.repeat(MAX_GRANT_LENGTH + 1)])(
    'is not %j',
    async (text) => {
      expect(await readGrant(text, key, NOW)).toBeUndefined()
    },
  )

  it('never holds for longer than five minutes, whatever it says, but for what two clocks may differ', async () => {
    const forged = async (expiresAt: number) => {
      const said = `1.${toBase64url(JSON.stringify([expiresAt, 'users']))}`
      return `${said}.${await key.markOf(`selvedge-grant ${said}`)}`
    }
    expect(await readGrant(await forged(NOW + 3_600_000), key, NOW)).toBeUndefined()
    expect(await readGrant(await forged(NOW + GRANT_MS + 30_000), key, NOW)).toBeDefined()
  })

  it('is no ticket of a session, should both be marked with one key', async () => {
    const said = `1.${toBase64url(JSON.stringify([NOW + 1000, 'users']))}`
    expect(await readGrant(`${said}.${await key.markOf(said)}`, key, NOW)).toBeUndefined()
  })

  it.each([
    [[]],
    [Array.from({ length: 33 }, (_, index) => `a${index}`)],
    [['Users']],
    [['a b']],
    [['a*b']],
    [[`${'a'.repeat(254)}`]],
    [Array.from({ length: 32 }, (_, index) => `${index}`.padStart(250, 'a'))],
  ])('is not minted for %j', async (names) => {
    await expect(mintGrant(key, names, NOW)).rejects.toThrow(RangeError)
  })
})
