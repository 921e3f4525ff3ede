/** Google id tokens, for Cloud Run and Cloud Functions that ask who calls. */

import type { MeshError } from '../../core/errors.ts'
import { type Lru, lru } from '../../core/lru.ts'
import { isPrivateAddress } from '../../core/text/private-address.ts'
import { credentialFailed, secretOf } from '../secret.ts'
import type { Means, Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'

export type IdTokens = (audience: string, secret: string, sent: Sent) => Promise<string>

interface ServiceAccount {
  readonly client_email: string
  readonly private_key: string
  readonly private_key_id?: string
  readonly token_uri?: string
}

interface Token {
  readonly text: string
  readonly expiresAt: number
  /** Until then another request is fetching the next one; it may have died since. */
  refreshingUntil: number
}

const TOKEN_URI = 'https://oauth2.googleapis.com/token'
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** An assertion lives so long, in seconds (Google's OAuth 2.0 for service accounts: one hour at most). */
const ASSERTION_S = 3600
/** A token is renewed when it has so much left, in milliseconds: clocks may differ by some of it. */
const RENEW_MS = 300_000
/** A token with less left is not shown any more, in milliseconds. */
const LEAST_MS = 10_000
/** How long a refresh is believed to be under way, in milliseconds. */
const REFRESH_MS = 10_000
/** An answer of the token endpoint, at most, in bytes: a token is one or two thousand. */
const ANSWER_BYTES = 65_536
/** Three parts in base64url (RFC 7515). */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** Tokens kept: one an audience. */
const TOKENS = 256

/** Made of a service account's key, kept until shortly before they expire, renewed after an answer has gone out. */
export function idTokens(means: Means): IdTokens {
  const { fetch } = means
  const tokens: Lru<string, Token> = lru(TOKENS)

  async function mint(audience: string, secret: string, { clock, random, work }: Sent): Promise<Token> {
    const account = accountOf(secretOf(means, secret), secret)
    const { SignJWT, importPKCS8, decodeJwt } = await import('../libraries.ts')
    const tokenUri = account.token_uri ?? TOKEN_URI
    const issuedAt = Math.floor(clock.now() / 1000)
    const key = await importPKCS8(account.private_key, 'RS256').catch(() => {
      throw credentialFailed(`Secret "${secret}" holds a private key that cannot be read`)
    })
    const assertion = await new SignJWT({ target_audience: audience })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(account.private_key_id ? { kid: account.private_key_id } : {}),
      })
      .setIssuer(account.client_email)
      .setSubject(account.client_email)
      .setAudience(tokenUri)
      // RFC 7523 leaves it open; OpenID providers ask for it, so that none is shown twice.
      .setJti(random.hex(16))
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_S)
      .sign(key)
    const text = await exchanged(tokenUri, assertion, secret, work.signal)
    try {
      // What a header refuses it repeats.
      if (!JWT.test(text)) throw new TypeError()
      const { exp } = decodeJwt(text)
      // It is believed to live no longer than was asked for, whatever it says.
      const latest = issuedAt + ASSERTION_S
      const expiresAt = 1000 * Math.min(typeof exp === 'number' ? exp : latest, latest)
      const token = { text, expiresAt, refreshingUntil: 0 }
      tokens.set(`${secret} ${audience}`, token)
      return token
    } catch {
      throw credentialFailed(`The token endpoint gave secret "${secret}" what is no id token`)
    }
  }

  async function exchanged(
    tokenUri: string,
    assertion: string,
    secret: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const init: RequestInit = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
      redirect: 'manual',
    }
    if (signal) init.signal = signal
    const response = await fetch(tokenUri, init).catch(() => undefined)
    if (!response) throw credentialFailed(`The token endpoint of secret "${secret}" does not answer`)
    const said = await saidIn(response)
    const { id_token: token, error } = (said ?? {}) as { id_token?: unknown; error?: unknown }
    if (response.ok && typeof token === 'string') return token
    const word = typeof error === 'string' && /^\w{1,64}$/.test(error) ? `: ${error}` : ''
    throw credentialFailed(`The token endpoint answered secret "${secret}" with ${response.status}${word}`)
  }

  return async function idToken(audience, secret, sent) {
    const { clock, defer, subrequests } = sent
    const now = clock.now()
    const kept = tokens.get(`${secret} ${audience}`)
    if (!kept || kept.expiresAt - now < LEAST_MS) {
      if (!subrequests.take(1)) throw credentialFailed('No subrequest is left for an id token')
      return (await mint(audience, secret, sent)).text
    }
    if (kept.expiresAt - now < RENEW_MS && kept.refreshingUntil <= now && subrequests.take(1)) {
      kept.refreshingUntil = now + REFRESH_MS
      // The one that is there still serves; who comes after the next failure hears of it.
      defer(mint(audience, secret, sent).catch(() => {}))
    }
    return kept.text
  }
}

/** What an answer says as JSON; `undefined` where it says nothing, or no end of it. */
async function saidIn({ body }: Response): Promise<unknown> {
  try {
    const bytes = await wholeBody(body, ANSWER_BYTES)
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** The key file of a service account, as Google gives it. */
function accountOf(text: string, secret: string): ServiceAccount {
  const invalid = (): MeshError => credentialFailed(`Secret "${secret}" is no service account key`)
  let account: ServiceAccount
  try {
    account = JSON.parse(text)
  } catch {
    throw invalid()
  }
  const { client_email: email, private_key: key, token_uri: uri = TOKEN_URI } = account ?? {}
  if (typeof email !== 'string' || typeof key !== 'string' || !URL.canParse(uri)) throw invalid()
  // The assertion that goes there is as good as a token.
  if (!isPrivateAddress(uri)) throw credentialFailed(`Secret "${secret}" names a token endpoint that is not https`)
  return account
}
