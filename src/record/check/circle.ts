/** Finds circles of names that stand for one another, or are delivered to one another, and chains that are too long. */
import { wildcardsOf } from '../../core/endpoint.ts'

/** The most aliases that a call follows, as in src/registry/alias.ts. */
const MAX_DEPTH = 8

/** The names that a record, or a wildcard, is an alias for or delivers to (onward.ts). `undefined` where there are none. */
export type AliasOf = (key: string) => readonly string[] | undefined

/**
 * Why the alias of a name cannot be followed, in words. `undefined` where it can. A circle is reported once, at the first
 * of its names that is asked for.
 *
 * @param told names in circles that were reported.
 */
export function circle(name: string, aliasOf: AliasOf, told: Set<string>): string | undefined {
  const path = troubled([name], aliasOf, new Set())
  if (!path) return undefined
  const again = path.indexOf(path.at(-1) ?? '')
  const isDeep = again === path.length - 1
  // A name that only leads into a circle is not at fault: the circle is reported at its own names.
  const isOfAnother = !isDeep && again > 0 && aliasOf(path[again] ?? '') !== undefined
  if (isOfAnother || path.some((one) => told.has(one))) return undefined
  for (const one of path) told.add(one)
  const shown = path.slice(isDeep ? 0 : again).join(' → ')
  if (isDeep) return `is followed ${MAX_DEPTH} names deep, and not to the end: ${shown}.`
  return path.length === 2 && again === 0 ? 'leads to itself.' : `goes in a circle: ${shown}.`
}

function troubled(path: readonly string[], aliasOf: AliasOf, seen: Set<string>): readonly string[] | undefined {
  const name = path.at(-1) ?? ''
  const key = path.length === 1 ? name : [name, ...wildcardsOf(name)].find((one) => aliasOf(one) !== undefined)
  for (const next of (key !== undefined && aliasOf(key)) || []) {
    const longer = [...path, next]
    if (path.includes(next) || path.length > MAX_DEPTH) return longer
    if (seen.has(next)) continue
    seen.add(next)
    const found = troubled(longer, aliasOf, seen)
    if (found) return found
  }
  return undefined
}
