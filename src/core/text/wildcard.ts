/** Names and hosts as configurations say them: exact, or `*.shop` for any depth below `shop`. */

export function matchesWildcard(said: string, name: string): boolean {
  return said === name || (said.startsWith('*.') && name.endsWith(said.slice(1)))
}
