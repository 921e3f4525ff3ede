/** Which rule a request is for: compiled once a record, in the precedence of the Gateway API. */
import { type Patterns, patterns } from '../../math/pattern/pattern.ts'
import type { Match } from '../../policy/match.ts'
import type { Asked } from './asked.ts'
import { type Condition, conditionsOf, distinct, holds, joined } from './condition.ts'

/** Finds the rule of a request, by its number; -1 where none matches. */
export type Matcher = (asked: Asked) => number

/** A match of some rule, among those of its path. */
interface Entry {
  readonly rule: number
  /** 0 comes first. */
  readonly rank: number
  readonly conditions: readonly Condition[]
}

/** The entries of one path, in order. */
interface Bucket {
  /** By the value of what they compare first: of many only those are tried that hold so far. */
  readonly groups: Map<string, { readonly read: Condition['read']; readonly byValue: Map<string | number, Entry[]> }>
  readonly others: Entry[]
}

/**
 * Precedence is per match: an Exact path, then a RegularExpression, then the longest PathPrefix; then a method, more
 * headers, more query parameters; then the order of the rules. The specification leaves to us where a regular expression
 * ranks: above prefixes, as in Envoy Gateway, since beneath them any catch-all would hide it (docs/decisions/0020).
 */
export function matcher(rules: readonly { readonly matches?: readonly Match[] | undefined }[]): Matcher {
  const exact = new Map<string, Bucket>()
  const expressions: Entry[] = []
  const sources: string[] = []
  const prefixes = new Map<string, Bucket>()
  const others = joined()

  const written = rules.flatMap(({ matches = [] }, rule) =>
    (matches.length > 0 ? matches : [{}]).map((match) => ({ rule, match, precedence: precedenceOf(match) })),
  )
  written.sort((one, other) => compare(one.precedence, other.precedence))
  written.forEach(({ rule, match }, rank) => {
    const { type = 'PathPrefix', value = '/' } = match.path ?? {}
    const entry = { rule, rank, conditions: conditionsOf(match, others) }
    if (type === 'RegularExpression') {
      expressions.push(entry)
      sources.push(value)
    }
    // A closing slash makes no difference to a prefix: it is segments that are compared.
    else if (type === 'PathPrefix') add(bucketOf(prefixes, value.replace(/\/$/, '')), entry)
    else add(bucketOf(exact, value), entry)
  })
  const lengths = [...new Set([...prefixes.keys()].map(({ length }) => length))].sort((one, other) => other - one)

  let compiled: Patterns<Bucket> | undefined
  /** Compiled when first asked: what an Exact path answers costs no program. */
  function byExpression(asked: Asked): Entry | undefined {
    compiled ??= patterns(sources, (numbers) => bucketWith(numbers.map((number) => expressions[number] as Entry)))
    const beneath = compiled.of(asked.path)
    return beneath && first(beneath, asked)
  }

  return function match(asked) {
    const { path } = asked
    const here = exact.get(path)
    let found = here && first(here, asked)
    found ??= expressions.length === 0 ? undefined : byExpression(asked)
    for (let index = 0; found === undefined && index < lengths.length; index++) {
      const length = lengths[index] as number
      if (length > path.length || (length < path.length && path[length] !== '/')) continue
      const beneath = prefixes.get(path.slice(0, length))
      found = beneath && first(beneath, asked)
    }
    return found ? found.rule : -1
  }
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
  return { groups: new Map(), others: [] }
}

function bucketWith(entries: readonly Entry[]): Bucket {
  const made = bucket()
  for (const entry of entries) add(made, entry)
  return made
}

function bucketOf(buckets: Map<string, Bucket>, path: string): Bucket {
  const known = buckets.get(path) ?? bucket()
  buckets.set(path, known)
  return known
}

function add({ groups, others }: Bucket, entry: Entry): void {
  const [condition] = entry.conditions
  if (!condition) {
    others.push(entry)
    return
  }
  const { key, value, read } = condition
  const group = groups.get(key) ?? { read, byValue: new Map<string | number, Entry[]>() }
  groups.set(key, group)
  const same = group.byValue.get(value)
  if (same) same.push(entry)
  else group.byValue.set(value, [entry])
}

/** The first entry, by rank, of which all conditions hold. */
function first({ groups, others }: Bucket, asked: Asked): Entry | undefined {
  let best = firstOf(others, asked, undefined)
  if (groups.size === 0) return best
  for (const { read, byValue } of groups.values()) {
    const said = read(asked) ?? ''
    for (const value of typeof said === 'string' ? [said] : said) {
      const entries = byValue.get(value)
      if (entries) best = firstOf(entries, asked, best)
    }
  }
  return best
}

function firstOf(entries: readonly Entry[], asked: Asked, best: Entry | undefined): Entry | undefined {
  for (const entry of entries) {
    if (best !== undefined && best.rank < entry.rank) return best
    if (entry.conditions.every((condition) => holds(condition, asked))) return entry
  }
  return best
}
