/** Public keys as the object keeps them: none is lost, none signs too early, none goes while its tokens are under way. */
import { describe, expect, it } from 'vitest'
import type { KeyAnswer } from '../../src/durable/key-book.ts'
import type { WrittenKey } from '../../src/durable/ledger/kept-key.ts'
import { failureOf } from '../support/call.ts'
import { givenRegistry } from '../support/given-registry.ts'
import { givenTrustKv, type TrustKv } from '../support/given-trust-kv.ts'

const key = (kid: string, over = {}): WrittenKey => ({
  kid,
  kty: 'OKP',
  crv: 'Ed25519',
  alg: 'Ed25519',
  x: `${kid}-x`,
  ...over,
})

async function given(kv = givenTrustKv()) {
  const { engine, clock } = await givenRegistry({ trust: kv })
  const nowS = () => Math.floor(clock.now() / 1000)
  return { engine, clock, kv, nowS }
}

const shown = ({ written }: TrustKv) =>
  (JSON.parse(written.get('keys') ?? '{"keys":[]}') as { keys: WrittenKey[] }).keys
const kids = (answer: KeyAnswer) => (answer.ok ? answer.keys.map(({ jwk }) => jwk.kid) : answer.code)

describe('the key book', () => {
  it('shows a key with the instant of its publication, beside the others', async () => {
    const { engine, kv, nowS, clock } = await given()
    await engine.publishKey(key('mesh-1'))
    const first = nowS()
    await clock.advance(60_000)
    expect(kids(await engine.publishKey(key('mesh-2')))).toEqual(['mesh-1', 'mesh-2'])
    expect(shown(kv)).toEqual([
      { ...key('mesh-1'), 'selvedge:since': first },
      { ...key('mesh-2'), 'selvedge:since': nowS() },
    ])
  })

  it('goes on from what somebody has written by hand', async () => {
    const { engine, kv } = await given(givenTrustKv({ keys: [key('by-hand')] }))
    await engine.publishKey(key('mesh-2'))
    expect(shown(kv).map(({ kid }) => kid)).toEqual(['by-hand', 'mesh-2'])
  })

  it.each([
    ['no JSON', '{"keys":['],
    ['no list of keys', '{"keys":{}}'],
    ['a key without a name', '{"keys":[{"kty":"OKP"}]}'],
    ['a caller that is no list', '{"keys":[{"kid":"a","selvedge:callers":"thumb"}]}'],
  ])('says so where somebody has written %s by hand, and goes on when it is mended', async (_, text) => {
    const { engine, kv } = await given()
    kv.written.set('keys', text)
    expect(kids(await engine.trustKeys())).toBe('unreadable')
    expect(kids(await engine.publishKey(key('mesh-1')))).toBe('unreadable')
    expect(kids(await engine.retireKey('mesh-1', true))).toBe('unreadable')
    expect(kv.written.get('keys')).toBe(text)
    kv.written.delete('keys')
    expect(kids(await engine.publishKey(key('mesh-1')))).toEqual(['mesh-1'])
  })

  it('loses none of many that are published at once', async () => {
    const { engine, kv } = await given()
    const names = Array.from({ length: 20 }, (_, index) => `key-${index}`)
    await Promise.all(names.map((kid) => engine.publishKey(key(kid))))
    expect(shown(kv).map(({ kid }) => kid)).toEqual(names)
  })

  it('takes no second key under the name of another; what a key may say can be edited', async () => {
    const { engine, kv, clock } = await given()
    await engine.publishKey(key('mesh-1'))
    const before = shown(kv)[0]?.['selvedge:since']
    await clock.advance(60_000)
    expect(kids(await engine.publishKey(key('mesh-1', { x: 'other' })))).toBe('other_key')
    await engine.publishKey(key('mesh-1', { 'selvedge:callers': ['thumb'] }))
    expect(shown(kv)).toEqual([{ ...key('mesh-1'), 'selvedge:callers': ['thumb'], 'selvedge:since': before }])
  })

  it.each(['before', 'after'] as const)(
    'counts the two minutes from the write that KV has taken, where one failed %s it',
    async (fails) => {
      const { engine, kv, nowS, clock } = await given()
      await engine.publishKey(key('mesh-1'))
      kv.fails = fails
      expect((await failureOf(engine.publishKey(key('mesh-2')))).code).toBe('registry_unavailable')
      kv.fails = 'nothing'
      await clock.advance(300_000)
      // The next change of any key shows it, and it is as new as that.
      await engine.publishKey(key('mesh-3'))
      expect(
        shown(kv)
          .slice(-2)
          .map(({ kid, 'selvedge:since': since }) => [kid, since]),
      ).toEqual([
        ['mesh-2', nowS()],
        ['mesh-3', nowS()],
      ])
    },
  )

  it('retires a key when another has signed in its place for as long as tokens live', async () => {
    const { engine, clock, kv } = await given()
    await engine.publishKey(key('mesh-1'))
    expect(await engine.retireKey('mesh-1', false)).toMatchObject({
      code: 'too_early',
      message: expect.stringContaining('publish one first'),
    })
    await engine.publishKey(key('mesh-2'))
    await clock.advance(449_000)
    expect(await engine.retireKey('mesh-1', false)).toMatchObject({
      code: 'too_early',
      message: expect.stringContaining('retire it in 1 s'),
    })
    await clock.advance(1_000)
    expect(kids(await engine.retireKey('mesh-1', false))).toEqual(['mesh-2'])
    expect(shown(kv).map(({ kid }) => kid)).toEqual(['mesh-2'])
  })

  it('retires one at once that is in wrong hands, or that only swaps names', async () => {
    const { engine } = await given()
    await engine.publishKey(key('mesh-1'))
    await engine.publishKey(key('ci-1', { 'selvedge:overrides': ['*@pr-*'] }))
    expect(kids(await engine.retireKey('ci-1', false))).toEqual(['mesh-1'])
    expect(kids(await engine.retireKey('mesh-1', true))).toEqual([])
    expect(kids(await engine.retireKey('mesh-1', true))).toBe('not_found')
  })

  it.each(['before', 'after'] as const)(
    'retires a key that is said again, where KV failed %s the write',
    async (fails) => {
      const { engine, kv } = await given()
      await engine.publishKey(key('mesh-1'))
      await engine.publishKey(key('mesh-2'))
      kv.fails = fails
      expect((await failureOf(engine.retireKey('mesh-1', true))).code).toBe('registry_unavailable')
      kv.fails = 'nothing'
      expect(kids(await engine.trustKeys())).toEqual(['mesh-1', 'mesh-2'])
      expect(kids(await engine.retireKey('mesh-1', true))).toEqual(['mesh-2'])
      expect(shown(kv).map(({ kid }) => kid)).toEqual(['mesh-2'])
    },
  )

  it.each([
    ['another key of the same function', { 'selvedge:callers': ['thumb'] }, true],
    ['a key of the mesh, which speaks for all', {}, true],
    ['the key of another function', { 'selvedge:callers': ['other'] }, false],
    ['a key that only swaps names', { 'selvedge:overrides': ['*@pr-*'] }, false],
  ])('takes %s for one that signs in its place: %j %s', async (_, over, isInstead) => {
    const { engine, clock } = await given()
    await engine.publishKey(key('thumb-1', { 'selvedge:callers': ['thumb'] }))
    await engine.publishKey(key('new', over))
    await clock.advance(450_000)
    expect((await engine.retireKey('thumb-1', false)).ok).toBe(isInstead)
  })

  it('says so where no namespace is bound', async () => {
    const { engine } = await givenRegistry()
    for (const answer of [
      await engine.trustKeys(),
      await engine.publishKey(key('a')),
      await engine.retireKey('a', true),
    ])
      expect(answer).toMatchObject({ ok: false, code: 'no_namespace' })
  })
})
