/** Which rule a request is for: compiled once a record, in the precedence of the Gateway API. */

import type { Asked } from './asked.ts'
import { type Condition, conditionsOf, distinct, joined } from './condition.ts'
import type { Match } from './policy.ts'

/** Finds the rule of a request, by its number; -1 where none matches. */
export type Matcher = (asked: Asked) => number

/** As much of a rule as says which requests it is for. */
export interface Matching {
  readonly matches?: readonly Match[] | undefined
}

/** A match, and the number of its rule. A rule without matches has one that says nothing. */
export interface Ranked {
  readonly rule: number
  readonly match: Match
  readonly precedence: readonly number[]
}

/** The matches of one path, as a tree: beneath each value that is compared stand the matches that need it. */
interface Bucket {
  /** The first match that needs nothing more. */
  found?: { readonly rule: number; readonly rank: number }
  readonly groups: Map<string, { readonly read: Condition['read']; readonly byValue: Map<string | number, Bucket> }>
}

/**
 * Precedence is per match: an Exact path, then a RegularExpression, then the longest PathPrefix; then a method, more
 * headers, more query parameters; then the order of the rules. The specification leaves to us where a regular expression
 * ranks: above prefixes, as in Envoy Gateway, since beneath them any catch-all would hide it (docs/decisions/0020).
 */
export function matcher(rules: readonly Matching[]): Matcher {
  const exact = new Map<string, Bucket>()
  const expressions = bucket()
  const prefixes = new Map<string, Bucket>()
  const expression = joined()

  ranked(rules).forEach(({ rule, match }, rank) => {
    const { type = 'PathPrefix', value = '/' } = match.path ?? {}
    const conditions = conditionsOf(match, expression)
    const here =
      type === 'RegularExpression'
        ? beneath(
            expressions,
            expression('path', ({ path }) => path, value),
          )
        : // A closing slash makes no difference to a prefix: it is segments that are compared.
          type === 'PathPrefix'
          ? of(prefixes, value.replace(/\/$/, ''), bucket)
          : of(exact, value, bucket)
    conditions.reduce(beneath, here).found ??= { rule, rank }
  })
  const lengths = [...new Set([...prefixes.keys()].map(({ length }) => length))].sort((one, other) => other - one)

  return function match(asked) {
    const { path } = asked
    let found = first(exact.get(path), asked) ?? first(expressions, asked)
    for (let index = 0; found === undefined && index < lengths.length; index++) {
      const length = lengths[index] as number
      if (length > path.length || (length < path.length && path[length] !== '/')) continue
      found = first(prefixes.get(path.slice(0, length)), asked)
    }
    return found ? found.rule : -1
  }
}

/** All matches of these rules, the most specific first. */
export function ranked(rules: readonly Matching[]): Ranked[] {
  const all = rules.flatMap(({ matches = [] }, rule) =>
    (matches.length > 0 ? matches : [{}]).map((match) => ({ rule, match, precedence: precedenceOf(match) })),
  )
  return all.sort((one, other) => compare(one.precedence, other.precedence))
}

function precedenceOf({ path: { type, value = '/' } = {}, method, headers = [], queryParams = [] }: Match): number[] {
  return [
    type === 'Exact' ? 2 : type === 'RegularExpression' ? 1 : 0,
    value.length,
    Number(method !== undefined),
    distinct(headers, ({ name }) => name.toLowerCase()).length,
    distinct(queryParams, ({ name }) => name).length,
  ]
}

/** The greater number first, from the front. */
function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, index) => value !== other[index])
  return index === -1 ? 0 : (other[index] as number) - (one[index] as number)
}

function bucket(): Bucket {
  return { groups: new Map() }
}

/** The bucket of the matches that need one more condition. */
function beneath({ groups }: Bucket, { part, value, read }: Condition): Bucket {
  const { byValue } = of(groups, part, () => ({ read, byValue: new Map<string | number, Bucket>() }))
  return of(byValue, value, bucket)
}

/** What stands in a map, made where it does not. */
function of<Key, Of>(map: Map<Key, Of>, key: Key, make: () => Of): Of {
  const known = map.get(key) ?? make()
  map.set(key, known)
  return known
}

/** The match of the lowest rank of which all conditions hold. */
function first(from: Bucket | undefined, asked: Asked): Bucket['found'] {
  let best = from?.found
  if (!from || from.groups.size === 0) return best
  for (const { read, byValue } of from.groups.values()) {
    const said = read(asked) ?? ''
    for (const value of typeof said === 'string' ? [said] : said) {
      const found = first(byValue.get(value), asked)
      if (found && (!best || found.rank < best.rank)) best = found
    }
  }
  return best
}
