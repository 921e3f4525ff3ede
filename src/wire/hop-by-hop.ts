/** Headers that belong to one connection and must not travel on (RFC 9110 §7.6.1). */

const HOP_BY_HOP = new Set([
  'connection',
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

/** Is this header, in lower case, one of a single connection by its own nature? */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name)
}

/** The names that a Connection header says are of this connection too, in lower case. */
export function nominated(connection: string | null): readonly string[] {
  if (!connection) return []
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => TOKEN.test(name))
}

/** The names among these headers that must not travel on: none, for most answers of another Worker. */
export function hopByHopNames(headers: Headers): readonly string[] {
  const names: string[] = []
  headers.forEach((value, name) => {
    if (!HOP_BY_HOP.has(name)) return
    names.push(name)
    if (name === 'connection') names.push(...nominated(value))
  })
  return names
}
