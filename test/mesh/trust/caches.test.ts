/** What trust keeps of 100,000 who come with tokens that are good: as many entries as it says, in each of its tables. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { silent } from '../../../src/core/log.ts'
import type { Lru } from '../../../src/core/lru.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { accessJudge } from '../../../src/features/access/judge.ts'
import { guests } from '../../../src/features/identity/guests.ts'
import { fixedKeys } from '../../../src/features/identity/held-keys.ts'
import { issuerKeys } from '../../../src/features/identity/issuer-keys.ts'
import { privateKeys } from '../../../src/features/identity/private-keys.ts'
import { signer } from '../../../src/features/identity/signer.ts'
import { verifier } from '../../../src/features/identity/verifier.ts'
import { overrideVerifier } from '../../../src/features/override/verifier.ts'
import { asked, withPath } from '../../../src/features/route/asked.ts'
import { matcher } from '../../../src/features/route/match.ts'
import { keySet } from '../../../src/wire/key-set.ts'
import { DOMAIN, type GivenKey, givenKey, unsigned } from '../../support/given-keys.ts'

/** Tables of each kind that were made, as they are. */
const tables = vi.hoisted(() => [] as { readonly capacity: number; readonly table: Lru<unknown, unknown> }[])

vi.mock('../../../src/core/lru.ts', async (original) => {
  const { lru } = await original<typeof import('../../../src/core/lru.ts')>()
  const watched = (capacity: number) => {
    const table = lru<unknown, unknown>(capacity)
    tables.push({ capacity, table })
    return table
  }
  return { lru: watched }
})

// Cryptography costs 100 µs a token and keeps nothing: here every token is signed well.
vi.mock('../../../src/core/crypto/signature.ts', () => ({
  importedKey: async () => ({}),
  isSigned: async () => true,
  signed: async (header: string, claims: string) => `${btoa(header)}.${btoa(claims)}.AAAA`,
}))

const NOW_MS = 1_800_000_000_000
const NOW_S = NOW_MS / 1000
const COMERS = 100_000
const asking = { clock: virtualClock({ startAt: NOW_MS }), defer: silent }

let key: GivenKey
let swapping: GivenKey
beforeAll(async () => {
  key = await givenKey('mesh-1')
  swapping = await givenKey('mesh-1', { 'selvedge:overrides': ['*@pr-*'] })
})
beforeEach(() => {
  tables.length = 0
})

/** All of them come, one after the other; each is let in. */
async function come(one: (index: number) => unknown, wanted: (index: number) => unknown): Promise<void> {
  for (let index = 0; index < COMERS; index++) {
    const got = await one(index)
    if (index % 10_000 === 0 || index === COMERS - 1) expect(got).toEqual(wanted(index))
  }
}

/** The one table of what was made is full to half its bound at least, and no further than that. */
function expectBounded(bound: number): void {
  expect(tables.map(({ capacity }) => capacity)).toEqual([bound])
  const [size = 0] = tables.map(({ table }) => table.size)
  expect(size).toBeGreaterThanOrEqual(bound / 2)
  expect(size).toBeLessThanOrEqual(bound)
}

const token = (index: number, typ: string, claims: object) =>
  unsigned({ alg: 'Ed25519', kid: 'mesh-1', typ }, { iat: NOW_S, exp: NOW_S + 300, sub: `c${index}`, ...claims })

describe('after 100,000 callers', { timeout: 60_000 }, () => {
  it('1,000 verified tokens of members are kept', async () => {
    const verify = verifier(DOMAIN, fixedKeys(keySet({ keys: [key.open] })))
    const of = (index: number) => token(index, 'selvedge-identity+jwt', { iss: DOMAIN, aud: 'users' })
    await come(
      (index) => verify.callerOf(of(index), 'users', asking),
      (index) => `c${index}`,
    )
    expectBounded(1000)
    // It is what is looked at: who came last is known at once.
    expect(verify.callerOf(of(COMERS - 1), 'users', asking)).toBe(`c${COMERS - 1}`)
  })

  it('1,000 verified tokens of guests are kept', async () => {
    const issuer = {
      issuer: 'https://id.example.com',
      audiences: ['api'],
      jwks: 'https://id.example.com/jwks.json',
      algorithms: ['Ed25519'],
      under: 'partners',
      keys: fixedKeys(issuerKeys({ keys: [key.open] }, ['Ed25519'])),
    } as const
    const known = guests(DOMAIN, [issuer], silent)
    const headersOf = (index: number) => {
      const text = token(index, 'JWT', { iss: issuer.issuer, aud: 'api' })
      return new Headers({ authorization: `Bearer ${text}` })
    }
    const named = (index: number) => expect.objectContaining({ name: `c${index}.partners` })
    await come((index) => known.guestOf(headersOf(index), asking), named)
    expectBounded(1000)
    expect(known.guestOf(headersOf(COMERS - 1), asking)).toEqual(named(COMERS - 1))
  })

  it('1,000 minted tokens are kept', async () => {
    const sign = signer(DOMAIN, privateKeys(key.secret, 'MESH_KEY'), undefined)
    const text = expect.stringMatching(/^[^.]+\.[^.]+\.AAAA$/)
    await come(
      (index) => sign.tokenFor(`c${index}`, 'users', asking),
      () => text,
    )
    expectBounded(1000)
    expect(sign.tokenFor(`c${COMERS - 1}`, 'users', asking)).toEqual(text)
  })

  it('200 verified overrides are kept', async () => {
    const [open] = keySet({ keys: [swapping.open] }).keys
    const keys = { isKnown: () => true, of: async () => open, isSigned: async () => true }
    const verify = overrideVerifier(keys, { issuer: DOMAIN, lifeS: 3600 })
    const of = (index: number) => token(index, 'selvedge-override+jwt', { iss: DOMAIN, o: { users: 'users@pr-1' } })
    const said = (index: number) => expect.objectContaining({ subject: `c${index}` })
    await come((index) => verify.of(of(index), asking), said)
    expectBounded(200)
    expect(verify.of(of(COMERS - 1), asking)).toEqual(said(COMERS - 1))
  })

  it('the rules of 1,000 callers are kept compiled', async () => {
    const rules = [{ name: 'partners', effect: 'allow', callers: ['*.partners'] }] as const
    const { judge } = accessJudge({ default: 'deny', mode: 'enforce', rules }, matcher, withPath)
    const request = asked(new Request('http://users/42'), '/42', 'users')
    await come(
      (index) => judge(`c${index}.partners`, request).rule,
      () => 'partners',
    )
    expectBounded(1000)
  })
})
