/** Rules of a record that matches by path. */

/** Sixteen rules of eight matches, the most that one route object of the Gateway API may have. The last match is the one for `path`. */
export function fullRules(path: string) {
  return Array.from({ length: 16 }, (_, rule) => ({
    matches: Array.from({ length: 8 }, (_, match) => prefix(rule === 15 && match === 7 ? path : `/r${rule}/m${match}`)),
  }))
}

export function prefix(value: string) {
  return { path: { type: 'PathPrefix', value } }
}
