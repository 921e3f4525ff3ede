/** A path as a lenient server might take it, for whoever must not be fooled by how it is spelled. */

/** What another server may read otherwise: a doubled slash, an escape, a parameter of a segment. */
const ODD = /\/\/|[%;]/
/** Escapes of ASCII characters. */
const ESCAPE = /%([0-7][0-9a-f])/gi

/**
 * ASCII escapes decoded once, what follows a NUL cut off, `\` as `/`, parameters of segments cut off, slashes merged, dot segments resolved. `undefined`
 * where that changes nothing.
 *
 * @param path without the query.
 */
export function lenientPath(path: string): string | undefined {
  if (!ODD.test(path)) return undefined
  const decoded = path.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  // In C a text ends there.
  const [whole = ''] = decoded.split('\0', 1)
  const merged = whole
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
    // They would end the path of a URL. A server that has decoded them takes them for part of it.
    .replaceAll('?', '%3F')
    .replaceAll('#', '%23')
  const rooted = merged.startsWith('/') ? merged : `/${merged}`
  const lenient = new URL(`http://path${rooted}`).pathname
  return lenient === path ? undefined : lenient
}
