/** What trust keeps is bounded, whoever sends how much; how often an issuer is asked; and how far clocks may lie apart. */
import { beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/log.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { guests } from '../../../src/features/identity/guests.ts'
import { fixedKeys, type KeyAsking } from '../../../src/features/identity/held-keys.ts'
import type { WrittenIssuer } from '../../../src/features/identity/issuer-policy.ts'
import { privateKeys } from '../../../src/features/identity/private-keys.ts'
import { signer } from '../../../src/features/identity/signer.ts'
import { type Verifier, verifier } from '../../../src/features/identity/verifier.ts'
import { issuers } from '../../../src/mesh/trust/issuers.ts'
import { keySet } from '../../../src/wire/key-set.ts'
import { failureOf } from '../../support/call.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenToken, unsigned } from '../../support/given-keys.ts'

const NOW_MS = 1_800_000_000_000
const NOW_S = NOW_MS / 1000
/** Tokens that are kept. */
const KEPT = 1000

let mesh1: GivenKey
beforeAll(async () => {
  mesh1 = await givenKey('mesh-1')
})

const at = (nowMs: number) => ({ clock: virtualClock({ startAt: nowMs }), defer: silent })
const signing = () => signer(DOMAIN, privateKeys(mesh1.secret, 'MESH_KEY'), undefined)
const verifying = () => verifier(DOMAIN, fixedKeys(keySet({ keys: [mesh1.open] })))

async function judged(by: Verifier, text: string, asking: KeyAsking): Promise<string> {
  return by.callerOf(text, 'users', asking)
}

describe('tokens that are kept', () => {
  it('are so many of callers, and of receivers: the oldest goes', async () => {
    const sign = signing()
    const verify = verifying()
    const asking = at(NOW_MS)
    const texts: string[] = []
    for (let index = 0; index <= KEPT; index++)
      texts.push((await sign.tokenFor(`c${index}`, 'users', asking)) as string)
    for (const text of texts) await verify.callerOf(text, 'users', asking)
    // At once, or only after it is signed or verified anew.
    const signed = texts.map((_, index) => sign.tokenFor(`c${index}`, 'users', asking))
    const known = texts.map((text) => verify.callerOf(text, 'users', asking))
    for (const all of [signed, known]) {
      const kept = all.filter((one) => typeof one === 'string').length
      expect([kept > 0, kept <= KEPT]).toEqual([true, true])
      expect(typeof all[KEPT]).toBe('string')
      await Promise.all(all.map(async (one) => one))
    }
  })

  it('are none of those that are refused: 20,000 of them push no good one out', async () => {
    const verify = verifying()
    const asking = at(NOW_MS)
    const good = (await signing().tokenFor('checkout', 'users', asking)) as string
    await verify.callerOf(good, 'users', asking)
    const [header, claims] = good.split('.')
    for (let index = 0; index < 20_000; index += 2) {
      const mark = Buffer.alloc(64, `${index}`).toString('base64url')
      const late = unsigned({ alg: 'Ed25519', kid: 'mesh-1', typ: 'x' }, { sub: `c${index}` })
      // Every hundredth with a known kid, which costs a verification.
      const rubbish = index % 200 === 0 ? [`${header}.${claims}.${mark}`, late] : [late, `${late}A`]
      for (const text of rubbish) expect((await failureOf(judged(verify, text, asking))).code).toBe('caller_unknown')
    }
    expect(verify.callerOf(good, 'users', asking)).toBe('checkout')
  })
})

describe('an issuer', () => {
  const written: WrittenIssuer = {
    issuer: 'https://id.example.com',
    audiences: ['api'],
    jwks: 'https://id.example.com/jwks.json',
    algorithms: ['Ed25519'],
    under: 'partners',
  }

  const fails = () => new Response(null, { status: 500 })
  it.each<[string, () => Response | Promise<Response>]>([
    ['that answers', () => Response.json({ keys: [mesh1.open] })],
    ['whose set is empty', () => Response.json({ keys: [] })],
    ['that fails', fails],
    ['that hangs', () => new Promise<Response>(() => {})],
    ['that answers HTML', () => new Response('<html>')],
  ])('%s is asked twice at most for 10,000 made-up keys, at once and one after the other', async (_, answer) => {
    const clock = cryptoClock(NOW_MS)
    let asked = 0
    const fetch = async () => {
      asked += 1
      return answer()
    }
    const means = { clock, log: silent, fetch: fetch as typeof globalThis.fetch, freshMs: 5_000, maxStaleMs: 60_000 }
    const known = guests('realm', issuers([written], undefined, means), silent)
    const asking = { clock, defer: silent }
    const made = (index: number) => {
      const claims = { iss: written.issuer, aud: 'api', sub: 'root', exp: NOW_S + 600 }
      const text = unsigned({ alg: 'Ed25519', kid: `kid-${index}` }, claims)
      return (async () => known.guestOf(new Headers({ authorization: `Bearer ${text}` }), asking))()
    }
    const ends = await clock.run(Promise.allSettled(Array.from({ length: 5_000 }, (_, index) => made(index))))
    for (let index = 5_000; index < 10_000; index++) ends.push(...(await clock.run(Promise.allSettled([made(index)]))))
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
    expect(asked).toBeLessThanOrEqual(2)
  })
})

describe('clocks that lie apart', () => {
  it.each([-40, -30, -10, 0, 10, 29])('by %i s: what one signs the other believes, at any second', async (apartS) => {
    const sign = signing()
    const verify = verifying()
    for (let second = 0; second < 120; second++) {
      const nowMs = NOW_MS + second * 1000
      const text = (await sign.tokenFor('checkout', 'users', at(nowMs + apartS * 1000))) as string
      expect(await verify.callerOf(text, 'users', at(nowMs)), `second ${second}`).toBe('checkout')
    }
  })

  it('by more is told, in seconds', async () => {
    const verify = verifying()
    const told = async (claims: Record<string, unknown>) =>
      (await failureOf(judged(verify, await givenToken(mesh1, NOW_MS, { claims }), at(NOW_MS)))).message
    expect(await told({ iat: NOW_S + 75, exp: NOW_S + 375 })).toContain('issued 75 s ahead')
    expect(await told({ iat: NOW_S - 342, exp: NOW_S - 42 })).toContain('expired 42 s ago')
  })
})
