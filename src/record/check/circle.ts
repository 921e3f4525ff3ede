/** Aliases that go round, or too deep to be followed. */
import { wildcardsOf } from '../../core/endpoint.ts'

/** Aliases followed for one call, at most: as in src/registry/alias.ts. */
const MAX_DEPTH = 8

/** What stands under a name, or a wildcard: the names that it stands for, if it is an alias. */
export type AliasOf = (key: string) => readonly string[] | undefined

/**
 * Why the alias of a name cannot be followed, in words; `undefined` where it can. A circle is told of one of its names
 * alone: the first of those that are asked for in order.
 *
 * @param told names of circles that were told of.
 */
export function circle(name: string, aliasOf: AliasOf, told: Set<string>): string | undefined {
  const path = troubled([name], aliasOf, new Set())
  if (!path) return undefined
  const again = path.indexOf(path.at(-1) ?? '')
  const isDeep = again === path.length - 1
  // What leads into a circle is well once that is, and is told there.
  const isOfAnother = !isDeep && again > 0 && aliasOf(path[again] ?? '') !== undefined
  if (isOfAnother || path.some((one) => told.has(one))) return undefined
  for (const one of path) told.add(one)
  const shown = path.slice(isDeep ? 0 : again).join(' → ')
  if (isDeep) return `is followed ${MAX_DEPTH} names deep, and not to the end: ${shown}.`
  return path.length === 2 && again === 0 ? 'stands for itself.' : `goes in a circle: ${shown}.`
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
