/** Paths as they are meant. */

/** What a URL parser would read as a step up, or as a slash. */
const CLIMBS = /\\|\/\.|%2e/i

/** A path and query without steps up or backslashes: what an endpoint would make of it, and so what a rule must see. */
export function plainPath(path: string): string {
  if (!CLIMBS.test(path)) return path
  const { pathname, search } = new URL(`http://path${path}`)
  return pathname + search
}
