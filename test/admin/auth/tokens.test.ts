import { describe, expect, it } from 'vitest'
import { known, reaches, tokensOf, weaknessesOf } from '../../../src/admin/auth/tokens.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'

const SECRET = 'the-token-of-ci-is-nobody-elses'
const ci = async () => ({ name: 'ci', role: 'write', prefixes: ['shop-'], sha256: await sha256Hex(SECRET) })

describe('the tokens of an installation', () => {
  it('are those of both variables', async () => {
    const tokens = await tokensOf({ ADMIN_TOKEN: 'admins-own', ADMIN_TOKENS: JSON.stringify([await ci()]) })
    expect(await known(tokens, SECRET)).toEqual({ name: 'ci', role: 'write', prefixes: ['shop-'] })
    expect(await known(tokens, 'admins-own')).toEqual({ name: 'admin', role: 'write' })
    for (const other of ['', 'admins-own ', `${SECRET}x`, 'ci']) expect(await known(tokens, other)).toBeUndefined()
  })

  it('are read from digests in either case', async () => {
    const token = await ci()
    const tokens = await tokensOf({ ADMIN_TOKENS: JSON.stringify([{ ...token, sha256: token.sha256.toUpperCase() }]) })
    expect(await known(tokens, SECRET)).toMatchObject({ name: 'ci' })
  })

  it.each([
    ['no JSON', `[{"sha256": ${SECRET}}]`],
    ['no list', '{}'],
    ['an empty list', '[]'],
    ['a token instead of its digest', JSON.stringify([{ name: 'ci', role: 'write', sha256: SECRET }])],
    ['an unknown field', JSON.stringify([{ name: 'ci', role: 'write', sha256: 'a'.repeat(64), token: SECRET }])],
    ['an unknown role', JSON.stringify([{ name: 'ci', role: SECRET, sha256: 'a'.repeat(64) }])],
    ['a name with a space', JSON.stringify([{ name: `c ${SECRET}`, role: 'read', sha256: 'a'.repeat(64) }])],
    ['no prefix in its list', JSON.stringify([{ name: 'ci', role: 'read', prefixes: [], sha256: 'a'.repeat(64) }])],
    ['an empty prefix', JSON.stringify([{ name: 'ci', role: 'read', prefixes: [''], sha256: 'a'.repeat(64) }])],
  ])('are refused with %s, and nothing of it is repeated', async (_, ADMIN_TOKENS) => {
    const error = await tokensOf({ ADMIN_TOKENS }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(/^TypeError: ADMIN_TOKENS/)
    expect(String(error)).not.toContain(SECRET)
  })

  it('have each name and each digest once', async () => {
    const one = await ci()
    const twice = tokensOf({ ADMIN_TOKENS: JSON.stringify([one, { ...one, name: 'other' }]) })
    await expect(twice).rejects.toThrow('two tokens with the same sha256')
    const admin = tokensOf({ ADMIN_TOKEN: SECRET, ADMIN_TOKENS: JSON.stringify([{ ...one, name: 'admin' }]) })
    await expect(admin).rejects.toThrow('which is the name of ADMIN_TOKEN')
    await expect(tokensOf({ ADMIN_TOKEN: ' ' })).rejects.toThrow('ADMIN_TOKEN is empty')
  })

  it('that can be guessed are told', () => {
    expect(weaknessesOf({ ADMIN_TOKEN: 'x'.repeat(23) })).toHaveLength(1)
    expect(weaknessesOf({ ADMIN_TOKEN: 'x'.repeat(23) })[0]).not.toContain('xxx')
    expect(weaknessesOf({ ADMIN_TOKEN: 'x'.repeat(24) })).toEqual([])
    expect(weaknessesOf({})).toEqual([])
  })

  it('reach the names that begin with one of their prefixes', () => {
    const token = { name: 'ci', role: 'read' as const, prefixes: ['shop-', '*.shop'] }
    expect(['shop-a', '*.shop', 'shop', 'a.shop', '*.sho'].filter((name) => reaches(token, name))).toEqual([
      'shop-a',
      '*.shop',
    ])
    expect(reaches({ name: 'ci', role: 'read' }, 'anything')).toBe(true)
  })
})
