/** Keys as an isolate holds them: fresh, stale, the last good ones; and how seldom they are read. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/core/log.ts'
import { heldKeys } from '../../../src/features/identity/held-keys.ts'
import { verifier } from '../../../src/features/identity/verifier.ts'
import { keySet } from '../../../src/wire/key-set.ts'
import { failureOf } from '../../support/call.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenToken, unsigned } from '../../support/given-keys.ts'

const START_MS = 1_800_000_000_000
let one: GivenKey
let two: GivenKey
beforeAll(async () => {
  one = await givenKey('mesh-1')
  two = await givenKey('mesh-2')
})

function given(over: { maxStaleMs?: number } = {}) {
  const clock = cryptoClock(START_MS)
  const logged: LogEntry[] = []
  const works: Promise<unknown>[] = []
  const source = { reads: 0, answer: async (): Promise<string> => setOf(one) }
  const keys = heldKeys({
    what: 'TRUST/keys',
    read() {
      source.reads += 1
      return source.answer().then((text) => ({ text }))
    },
    parse: (text) => keySet(JSON.parse(text)),
    freshMs: 5_000,
    maxStaleMs: 3_600_000,
    againMs: 10_000,
    pauseMs: 1_000,
    readMs: 1_000,
    log: (entry) => logged.push(entry),
    ...over,
  })
  const asking = { clock, defer: (work: Promise<unknown>) => works.push(work) }
  const verify = verifier(DOMAIN, keys)
  const judge = async (text: string) => verify.callerOf(text, 'users', asking)
  const ask = (text: string) => clock.run(judge(text))
  return { clock, keys, source, asking, logged, ask, judge, verify }
}

const setOf = (...keys: GivenKey[]) => JSON.stringify({ keys: keys.map(({ open }) => open) })
const fails = async (): Promise<string> => {
  throw new Error('KV GET failed: 503')
}

describe('heldKeys', () => {
  it('reads them once for all tokens of a caller while they are fresh, and nothing for the same token', async () => {
    const { ask, source, verify, asking, clock } = given()
    const token = await givenToken(one, clock.now())
    expect(await ask(token)).toBe('checkout')
    expect(verify.callerOf(token, 'users', asking)).toBe('checkout')
    expect(source.reads).toBe(1)
  })

  it('serves them stale while one request reads them anew', async () => {
    const { ask, source, clock, verify, asking } = given()
    const token = await givenToken(one, clock.now())
    await ask(token)
    await clock.advance(6_000)
    expect(verify.callerOf(token, 'users', asking)).toBe('checkout')
    expect(verify.callerOf(token, 'users', asking)).toBe('checkout')
    expect(source.reads).toBe(2)
  })

  it.each([
    ['fails', fails],
    ['hangs', () => new Promise<string>(() => {})],
    ['is HTML', async () => '<html>'],
    ['is no key set', async () => '{"keys":[{}]}'],
    ['holds a private key', async () => JSON.stringify({ keys: [one.whole] })],
  ])('goes on with the last good ones while the source %s, for as long as it may', async (_, answer) => {
    const { ask, source, clock, logged } = given({ maxStaleMs: 60_000 })
    await ask(await givenToken(one, clock.now()))
    source.answer = answer
    for (let minute = 0; minute < 5; minute++) {
      await clock.advance(11_000)
      expect(await ask(await givenToken(one, clock.now(), { claims: { sub: `caller-${minute}` } }))).toBe(
        `caller-${minute}`,
      )
    }
    await clock.advance(11_000)
    const late = await failureOf(ask(await givenToken(one, clock.now(), { claims: { sub: 'late' } })))
    expect(late.code).toBe('trust_unavailable')
    expect(logged.map(({ event }) => event)).toEqual(['keys_lost'])
    expect(JSON.stringify(logged)).not.toContain(one.whole.d)
    source.answer = async () => setOf(one)
    await clock.advance(11_000)
    await ask(await givenToken(one, clock.now()))
    expect(logged.map(({ event }) => event)).toEqual(['keys_lost', 'keys_back'])
  })

  it('says that nobody can judge, not that a token is wrong, where there never were keys', async () => {
    const { ask, source, clock } = given()
    source.answer = fails
    expect((await failureOf(ask(await givenToken(one, clock.now())))).code).toBe('trust_unavailable')
    source.answer = async () => setOf(one)
    await clock.advance(1_000)
    expect(await ask(await givenToken(one, clock.now()))).toBe('checkout')
  })

  it('reads once more for a key that it does not know, and knows it then', async () => {
    const { ask, source, clock } = given()
    await ask(await givenToken(one, clock.now()))
    source.answer = async () => setOf(one, two)
    await clock.advance(10_000)
    expect(await ask(await givenToken(two, clock.now()))).toBe('checkout')
  })

  it('says 503, not 401, of a key that it does not know while it cannot read them anew', async () => {
    const { ask, source, clock } = given()
    await ask(await givenToken(one, clock.now()))
    source.answer = fails
    await clock.advance(10_000)
    expect((await failureOf(ask(await givenToken(two, clock.now())))).code).toBe('trust_unavailable')
  })

  it('forgets what a retired key has signed as soon as it has read that', async () => {
    const { ask, source, clock, verify, asking } = given()
    const token = await givenToken(one, clock.now())
    await ask(token)
    source.answer = async () => setOf(two)
    await clock.advance(6_000)
    // This one reads them anew, and is served the last time.
    expect(verify.callerOf(token, 'users', asking)).toBe('checkout')
    await clock.advance(1)
    expect((await failureOf(ask(token))).code).toBe('caller_unknown')
  })

  it.each([
    ['that answers', async () => setOf(one)],
    ['that is empty', async () => '{"keys":[]}'],
    ['that fails', fails],
    ['that hangs', () => new Promise<string>(() => {})],
  ])('asks a source %s twice at most for 10,000 made-up keys at once', async (_, answer) => {
    const { clock, source, judge } = given()
    source.answer = answer
    const claims = { iss: DOMAIN, sub: 'checkout', aud: 'users', iat: START_MS / 1000, exp: START_MS / 1000 + 300 }
    const flood = Array.from({ length: 10_000 }, (_, index) =>
      judge(unsigned({ alg: 'Ed25519', kid: `kid-${index}`, typ: 'selvedge-identity+jwt' }, claims)),
    )
    const ends = await clock.run(Promise.allSettled(flood))
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
    expect(source.reads).toBeLessThanOrEqual(2)
  })
})
