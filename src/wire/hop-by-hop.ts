/** Hop-by-hop headers: they belong to one connection and must not be forwarded (RFC 9110 §7.6.1). */

export const CONNECTION = 'connection'

/** Hop-by-hop whether `connection` names them or not. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  CONNECTION,
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A header name in lower case (`token` of RFC 9110 §5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** The headers that a Connection header names, in lower case. They are hop-by-hop, too. */
export function nominated(connection: string | null): readonly string[] {
  if (!connection) return []
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => TOKEN.test(name))
}
