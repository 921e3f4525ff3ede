import { exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { idTokens } from '../../../src/targets/google/id-token.ts'
import { givenSent, givenSubrequests } from '../../support/given.ts'

const AUDIENCE = 'https://users-abc.a.run.app'
const TOKEN_URI = 'https://token.example.com/token'
const MINUTE_MS = 60_000
const encoded = (claims: string) => Buffer.from(claims).toString('base64url')
const CLAIMS = encoded('{"exp":1800003600}')

describe('idTokens', () => {
  let keys: CryptoKeyPair
  let account: string

  beforeAll(async () => {
    keys = (await generateKeyPair('RS256', { extractable: true })) as CryptoKeyPair
    account = JSON.stringify({
      type: 'service_account',
      client_email: 'mesh@project.iam.gserviceaccount.com',
      private_key: await exportPKCS8(keys.privateKey),
      private_key_id: 'key-1',
      token_uri: TOKEN_URI,
    })
  })

  function given({ secret = account, answer }: { secret?: string; answer?: () => Response | Promise<Response> } = {}) {
    // Of a full second, as tokens are.
    const clock = virtualClock({ startAt: 1_800_000_000_000 })
    const ids = new Set<unknown>()
    let minted = 0
    /** Google's end: it checks the assertion, and gives a token of an hour. */
    const fetch = vi.fn(async (url: string, init: RequestInit) => {
      if (answer) return answer()
      const form = new URLSearchParams(init.body as string)
      const assertion = form.get('assertion') ?? ''
      const { payload, protectedHeader } = await jwtVerify(assertion, keys.publicKey, {
        audience: TOKEN_URI,
        issuer: 'mesh@project.iam.gserviceaccount.com',
        currentDate: new Date(clock.now()),
      })
      expect(url).toBe(TOKEN_URI)
      expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
      expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'key-1' })
      // Providers that follow RFC 7523 to the letter take no assertion twice.
      expect(ids).not.toContain(payload.jti)
      expect(payload.jti).toMatch(/^[0-9a-f]{32}$/)
      ids.add(payload.jti)
      const id_token = await new SignJWT({ n: ++minted })
        .setProtectedHeader({ alg: 'RS256' })
        .setAudience(payload.target_audience as string)
        .setExpirationTime(Math.floor(clock.now() / 1000) + 3600)
        .sign(keys.privateKey)
      return Response.json({ id_token })
    })
    const idToken = idTokens({ fetch: fetch as unknown as typeof globalThis.fetch, bindings: { GCP: secret } })
    const deferred: Promise<unknown>[] = []
    const sent = givenSent({ clock, defer: (work) => deferred.push(work) })
    const get = (audience = AUDIENCE, over = {}) => idToken(audience, 'GCP', { ...sent, ...over })
    return { clock, fetch, get, deferred }
  }

  const claimsOf = async (token: string) =>
    (await jwtVerify(token, keys.publicKey, { currentDate: new Date(0) })).payload

  it('mints a token for the audience, once', async () => {
    const { get, fetch } = given()
    const token = await get()
    expect((await claimsOf(token)).aud).toBe(AUDIENCE)
    expect(await get()).toBe(token)
    expect(fetch).toHaveBeenCalledTimes(1)
    expect((await claimsOf(await get('https://other.example'))).aud).toBe('https://other.example')
  })

  it('renews it shortly before it expires, after answering, one request of all', async () => {
    const { get, fetch, clock, deferred } = given()
    const first = await get()
    await clock.advance(54 * MINUTE_MS)
    expect(await get()).toBe(first)
    expect(deferred).toHaveLength(0)
    await clock.advance(2 * MINUTE_MS)
    expect(await get()).toBe(first)
    expect(await get()).toBe(first)
    expect(deferred).toHaveLength(1)
    await Promise.all(deferred)
    expect(fetch).toHaveBeenCalledTimes(2)
    expect(await get()).not.toBe(first)
  })

  it('tries again where the request that renewed has died', async () => {
    const { get, clock, deferred, fetch } = given()
    await get()
    await clock.advance(56 * MINUTE_MS)
    fetch.mockRejectedValueOnce(new Error('Network connection lost.'))
    await get()
    await Promise.all(deferred)
    await clock.advance(10_000)
    await get()
    expect(deferred).toHaveLength(2)
  })

  it.each(['"soon"', 'null', '1e300', '-5', '{}'])('keeps no token for longer than an hour: exp %s', async (exp) => {
    const id_token = `a.${encoded(`{"exp":${exp}}`)}.b`
    const { get, clock, fetch } = given({ answer: () => Response.json({ id_token }) })
    await get()
    await clock.advance(60 * MINUTE_MS)
    await get()
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('shows none that has expired', async () => {
    const { get, clock } = given()
    const first = await get()
    await clock.advance(60 * MINUTE_MS)
    expect(await get()).not.toBe(first)
  })

  it('counts what it asks for', async () => {
    const subrequests = givenSubrequests()
    const before = subrequests.left
    await given().get(AUDIENCE, { subrequests })
    expect(subrequests.left).toBe(before - 1)
    subrequests.take(subrequests.left)
    await expect(given().get(AUDIENCE, { subrequests })).rejects.toMatchObject({ code: 'credential_failed' })
  })

  it.each([
    ['is down', () => Promise.reject(new Error('Network connection lost.')), 'does not answer'],
    [
      'refuses',
      () => Response.json({ error: 'invalid_grant', error_description: 'x' }, { status: 400 }),
      '400: invalid_grant',
    ],
    ['answers nonsense', () => new Response('<html>'), 'with 200'],
    ['gives what is no token', () => Response.json({ id_token: 'a.b' }), 'no id token'],
    [
      'gives a token that no header can carry',
      () => Response.json({ id_token: `a.${CLAIMS}.b\r\nx: y` }),
      'no id token',
    ],
    ['gives a token in a list', () => Response.json({ id_token: [`a.${CLAIMS}.b`] }), 'with 200'],
    ['gives null', () => new Response('null'), 'with 200'],
    ['redirects', () => new Response(null, { status: 302, headers: { location: 'https://x.example' } }), 'with 302'],
    [
      'has no end',
      () => new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536)) })),
      'with 200',
    ],
  ])('says so where the token endpoint %s', async (_, answer, said) => {
    await expect(given({ answer }).get()).rejects.toMatchObject({
      code: 'credential_failed',
      verdict: 'go',
      message: expect.stringContaining(said),
    })
  })

  it.each([
    ['nothing', ' ', 'is not set'],
    ['no JSON', 'hunter2', 'is no service account key'],
    ['null', 'null', 'is no service account key'],
    ['no key', '{"client_email":"a"}', 'is no service account key'],
    ['an address that is none', '{"client_email":"a","private_key":"b","token_uri":"c"}', 'is no service account key'],
    [
      'a token endpoint that others can read',
      '{"client_email":"a","private_key":"b","token_uri":"http://oauth2.example.com/token"}',
      'names a token endpoint that is not https',
    ],
    ['a key that is none', '{"client_email":"a","private_key":"hunter2"}', 'private key that cannot be read'],
  ])('says what is wrong with a secret that holds %s, and never what', async (_, secret, said) => {
    const error = await given({ secret })
      .get()
      .catch((error: Error) => error)
    expect(error).toMatchObject({ code: 'credential_failed', message: expect.stringContaining(said) })
    expect((error as Error).message).toContain('"GCP"')
    expect((error as Error).message).not.toContain('hunter2')
  })
})
