/** Sends to an address. */

/** What a URL parser would read as a step up, or as a slash. */
const CLIMBS = /\\|\/\.|%2e/i

/**
 * The address of a path beneath an endpoint's own. `base` has no closing slash; `path` begins with one.
 *
 * The path is made plain before it is joined, or `/../` would leave the endpoint's own path.
 */
export function addressBeneath(base: string, path: string): string {
  if (!CLIMBS.test(path)) return base + path
  const { pathname, search } = new URL(`http://path${path}`)
  return base + pathname + search
}
