/** The tokens that an installation knows: who each is, what it may do, and its digest. No token itself is kept. */
import * as v from 'valibot'
import { areSameDigits, sha256Hex } from '../../core/text/digest.ts'

export type Role = 'read' | 'write'

export interface Token {
  /** Who it is: the author of what is written with it. */
  readonly name: string
  readonly role: Role
  /** It may see and write names that begin with one of these. Left out: all names. */
  readonly prefixes?: readonly string[] | undefined
}

export interface KnownToken extends Token {
  /** 64 lower-case hex digits. */
  readonly sha256: string
}

/** The variables that tokens are in. */
export interface TokenVars {
  readonly ADMIN_TOKEN?: string | undefined
  readonly ADMIN_TOKENS?: string | undefined
}

/** A shorter one can be found by trying. 24 characters of base64 are 144 bits. */
export const LEAST_CHARACTERS = 24
/** Tokens, and prefixes of one, at most. */
const MOST = 100

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const FORM =
  'a JSON list of { "name", "role": "read" or "write", "prefixes" (optional), "sha256": 64 hex digits of the token }'

/** Is the admin API to be there at all? */
export function isConfigured({ ADMIN_TOKEN, ADMIN_TOKENS }: TokenVars): boolean {
  return ADMIN_TOKEN !== undefined || ADMIN_TOKENS !== undefined
}

/**
 * Reads both variables.
 *
 * @throws {TypeError} that says what is wrong and where, and repeats nothing of what stands there.
 */
export async function tokensOf({ ADMIN_TOKEN, ADMIN_TOKENS }: TokenVars): Promise<KnownToken[]> {
  const listed = ADMIN_TOKENS === undefined ? [] : parsed(ADMIN_TOKENS)
  if (ADMIN_TOKEN === undefined) return listed
  if (ADMIN_TOKEN.trim() === '') throw new TypeError('ADMIN_TOKEN is empty.')
  if (listed.some(({ name }) => name === 'admin'))
    throw new TypeError('ADMIN_TOKENS has a token "admin", which is the name of ADMIN_TOKEN.')
  return [{ name: 'admin', role: 'write', sha256: await sha256Hex(ADMIN_TOKEN) }, ...listed]
}

/** Tokens that whoever guesses tries first. Of a digest no more can be seen than that it is one of these. */
const GUESSED = ['admin', 'password', 'changeme', 'change-me', 'secret', 'token', 'test', 'selvedge', '123456', '']

/** What is weak about tokens that are known by their digests alone, in sentences. One is told by its name. */
export async function guessable({ ADMIN_TOKENS }: TokenVars): Promise<string[]> {
  if (ADMIN_TOKENS === undefined) return []
  const digests = new Set(await Promise.all(GUESSED.map((one) => sha256Hex(one))))
  return parsed(ADMIN_TOKENS)
    .filter(({ sha256 }) => digests.has(sha256))
    .map(({ name }) => `The token of "${name}" in ADMIN_TOKENS is one that everybody tries first.`)
}

/** What is weak about the configuration, in sentences: for the log, and for `check`. */
export function weaknessesOf({ ADMIN_TOKEN }: TokenVars): string[] {
  if (ADMIN_TOKEN === undefined || ADMIN_TOKEN.length >= LEAST_CHARACTERS) return []
  return [
    `ADMIN_TOKEN has fewer than ${LEAST_CHARACTERS} characters and can be guessed: openssl rand -base64 32 makes one that cannot.`,
  ]
}

/** The token that was sent, if it is known. All are compared, whichever it is. */
export async function known(tokens: readonly KnownToken[], sent: string): Promise<Token | undefined> {
  const digest = await sha256Hex(sent)
  let found: Token | undefined
  for (const { sha256, ...token } of tokens) if (areSameDigits(sha256, digest)) found = token
  return found
}

/** Does the token reach this name? */
export function reaches({ prefixes }: Token, name: string): boolean {
  return prefixes === undefined || prefixes.some((prefix) => name.startsWith(prefix))
}

function parsed(text: string): KnownToken[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TypeError(`ADMIN_TOKENS is ${FORM}; it is not JSON.`)
  }
  const read = v.safeParse(tokensSchema(), value)
  if (!read.success) {
    const [issue] = read.issues
    const path = issue.path?.map(({ key }) => `[${JSON.stringify(key)}]`).join('') ?? ''
    throw new TypeError(`ADMIN_TOKENS${path} is not as it should be. ADMIN_TOKENS is ${FORM}.`)
  }
  for (const key of ['name', 'sha256'] as const) {
    const all = read.output.map((token) => token[key])
    if (new Set(all).size < all.length) throw new TypeError(`ADMIN_TOKENS has two tokens with the same ${key}.`)
  }
  return read.output
}

function tokensSchema() {
  return v.pipe(
    v.array(
      v.strictObject({
        name: v.pipe(v.string(), v.regex(NAME)),
        role: v.picklist(['read', 'write']),
        prefixes: v.optional(v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.minLength(1), v.maxLength(MOST))),
        sha256: v.pipe(v.string(), v.toLowerCase(), v.regex(/^[0-9a-f]{64}$/)),
      }),
    ),
    v.minLength(1),
    v.maxLength(MOST),
  )
}
