/** Headers that belong to one connection and must not travel on (RFC 9110 §7.6.1). */

export const CONNECTION = 'connection'

/** Of a single connection by their own nature. */
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

/** RFC 9110 §5.6.2, in lower case. What is none names no header. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** The names that a Connection header says are of this connection too, in lower case. */
export function nominated(connection: string | null): readonly string[] {
  if (!connection) return []
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => TOKEN.test(name))
}
