/** A compact JWS (RFC 7515 §7.1) as it stands in a header: read, before anybody has looked at its signature. */
import { bytesOfBase64url, fromBase64url } from '../core/text/base64url.ts'

/** How far the clocks of two machines may lie apart, in seconds: of `exp`, `nbf` and `iat` alike. */
export const SKEW_S = 30

/** What a token says. Nothing of it is true until its signature is. */
export interface Jws {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Three parts in base64url without padding, none of them empty. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.[\w-]+$/

/** `undefined` for what is no JWS of two JSON objects. */
export function readJws(text: string): Jws | undefined {
  const [, protectedPart = '', payload = ''] = COMPACT.exec(text) ?? []
  const header = objectIn(protectedPart)
  const claims = objectIn(payload)
  return header && claims && { header, claims }
}

/**
 * `iss` of whatever looks like a token, though it is none: without a signature, padded, with a part too many, in bytes that are no text.
 * Whoever decodes and does not verify would believe it.
 */
export function saidIssuer(text: string): unknown {
  const [, payload = ''] = text.split('.', 2)
  const bytes = bytesOfBase64url(
    payload
      .replace(/[^\w+/-]/g, '')
      .replaceAll('+', '-')
      .replaceAll('/', '_'),
  )
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) as { iss?: unknown } | null)?.iss
  } catch {
    return undefined
  }
}

function objectIn(encoded: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(fromBase64url(encoded) ?? '')
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with its times, in words that may be told to anyone; `undefined` where nothing is. */
export function timeFault({ exp, nbf, iat }: Jws['claims'], nowS: number): string | undefined {
  if (!isInstant(exp)) return 'no exp'
  if (exp + SKEW_S <= nowS) return `expired ${Math.ceil(nowS - exp)} s ago`
  for (const [value, word] of [
    [nbf, 'valid'],
    [iat, 'issued'],
  ] as const) {
    if (value === undefined) continue
    if (!isInstant(value)) return 'a time that is no number'
    if (value - SKEW_S > nowS) return `${word} ${Math.ceil(value - nowS)} s ahead`
  }
  return undefined
}

/** Seconds since the epoch (RFC 7519 §2, NumericDate). */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
