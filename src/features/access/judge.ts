/** The judge of a record: may this caller do this? Compiled once a caller, not once a request. */
import { lru } from '../../core/lru.ts'
import { lenientPath } from '../../core/text/lenient-path.ts'
import { matchesWildcard } from '../../core/text/wildcard.ts'
import type { PathMatch } from '../../schema/path-match.ts'
import type { AccessMode, AccessPolicy, AccessRule, Effect } from './policy.ts'

/** What a rule says of a request, as the matcher of routes reads it. */
export interface AccessMatch {
  path?: PathMatch | undefined
  method?: string | undefined
}

/** Compiles rules of one caller: says the number of one that matches, -1 where none does. */
export type MatcherOf<Asked> = (
  rules: readonly { readonly matches: readonly AccessMatch[] }[],
) => (asked: Asked) => number

export interface Verdict {
  readonly effect: Effect
  /** The name of the rule that decided; `undefined`: none matched. */
  readonly rule: string | undefined
  /** Would a caller with a name have been allowed? Then it is worth saying one. */
  readonly wantsName: boolean
  /** What the token of a guest would have had to say, where it was all that was missing: scopes, or nothing that is called so. */
  readonly lacks?: readonly string[] | undefined
}

/** What the token of a guest says. */
export type Claims = Readonly<Record<string, unknown>>

export interface Judge<Asked = unknown> {
  readonly mode: AccessMode
  /**
   * @param caller its name; `undefined` where nobody knows it.
   * @param claims of a guest's token.
   */
  judge(caller: string | undefined, asked: Asked, claims?: Claims): Verdict
}

/** Callers whose rules are kept compiled, as many as names of services. */
const MAX_CALLERS = 1000

/** The rules that are about one caller. */
interface Own<Asked> {
  readonly denied: Named<Asked>
  readonly allowed: Named<Asked>
  /** What a caller with a name might be allowed, where this one has none. */
  readonly others: Named<Asked>
  /** What a guest might be allowed whose token said more. */
  readonly lacking: readonly { readonly rule: AccessRule; isMet(asked: Asked): boolean }[]
}

/** The name of a rule that matches. */
type Named<Asked> = (asked: Asked, claims: Claims | undefined) => string | undefined

/**
 * Deny wins over allow, allow over the default; rules have no order (docs/trust.md).
 *
 * @param at the same request with another path: it is judged twice where another server might read its path otherwise.
 */
export function accessJudge<Asked extends { readonly path: string }>(
  { rules = [], mode, default: otherwise }: AccessPolicy,
  matcherOf: MatcherOf<Asked>,
  at: (asked: Asked, path: string) => Asked,
): Judge<Asked> {
  const known = lru<string, Own<Asked>>(MAX_CALLERS)

  function ownOf(caller: string | undefined): Own<Asked> {
    // No name is an empty one.
    const key = caller ?? ''
    let own = known.get(key)
    if (!own) {
      const about = rules.filter((rule) => isAbout(rule, caller))
      const ofEffect = (effect: Effect) => named(about.filter((rule) => rule.effect === effect))
      const others = caller === undefined ? rules.filter(({ effect, callers }) => effect === 'allow' && callers) : []
      const lacking = ruled(about.filter(({ effect }) => effect === 'allow'))
      own = { denied: ofEffect('deny'), allowed: ofEffect('allow'), others: named(others.map(withoutClaims)), lacking }
      known.set(key, own)
    }
    return own
  }

  function named(rules: readonly AccessRule[]): Named<Asked> {
    if (rules.length === 0) return () => undefined
    const plain = rules.filter(({ claims }) => !claims)
    const match = matcherOf(plain.map((rule) => ({ matches: matchesOf(rule) })))
    const claiming = ruled(rules)
    if (claiming.length === 0) return (asked) => plain[match(asked)]?.name
    const claimed: Named<Asked> = (asked, claims) =>
      claims && claiming.find(({ rule, isMet }) => isMet(asked) && holds(rule, claims))?.rule.name
    return (asked, claims) => plain[match(asked)]?.name ?? claimed(asked, claims)
  }

  /** Rules about claims, one by one. */
  function ruled(rules: readonly AccessRule[]) {
    return rules
      .filter(({ claims }) => claims)
      .map((rule) => {
        const match = matcherOf([{ matches: matchesOf(rule) }])
        return { rule, isMet: (asked: Asked) => match(asked) === 0 }
      })
  }

  function judgeAs(
    { denied, allowed, others, lacking }: Own<Asked>,
    asked: Asked,
    claims: Claims | undefined,
  ): Verdict {
    const no = denied(asked, claims)
    if (no !== undefined) return { effect: 'deny', rule: no, wantsName: false }
    const yes = allowed(asked, claims)
    if (yes !== undefined) return { effect: 'allow', rule: yes, wantsName: false }
    const wantsName = otherwise === 'deny' && others(asked, claims) !== undefined
    const lacks = claims && otherwise === 'deny' ? lacking.find(({ isMet }) => isMet(asked)) : undefined
    return { effect: otherwise, rule: undefined, wantsName, lacks: lacks && scopesOf(lacks.rule) }
  }

  return {
    mode,
    judge(caller, asked, claims) {
      const own = ownOf(caller)
      const verdict = judgeAs(own, asked, claims)
      if (verdict.effect === 'deny') return verdict
      const lenient = lenientPath(asked.path)
      if (lenient === undefined) return verdict
      const again = judgeAs(own, at(asked, lenient), claims)
      return again.effect === 'deny' ? again : verdict
    },
  }
}

function isAbout({ callers }: AccessRule, caller: string | undefined): boolean {
  if (!callers) return true
  if (caller === undefined) return false
  return callers.some((said) => said === '*' || matchesWildcard(said, caller))
}

function matchesOf({ paths = [], methods = [] }: AccessRule): AccessMatch[] {
  const asPath = (path: string | PathMatch): PathMatch => (typeof path === 'string' ? { value: path } : path)
  const byPath: AccessMatch[] = paths.length > 0 ? paths.map((path) => ({ path: asPath(path) })) : [{}]
  return methods.length > 0 ? byPath.flatMap((match) => methods.map((method) => ({ ...match, method }))) : byPath
}

/** Claims of scopes (RFC 8693 §4.2, and as some issuers have it), whose values stand in one text. */
const SCOPES = ['scope', 'scp']

/** Does a token say all that the rule asks for? */
function holds({ claims: wanted = {} }: AccessRule, claims: Claims): boolean {
  return Object.entries(wanted).every(([name, values]) => {
    const said = Object.hasOwn(claims, name) ? claims[name] : undefined
    const texts: unknown[] = typeof said === 'string' && SCOPES.includes(name) ? said.split(' ') : [said].flat()
    return texts.some((text) => (typeof text === 'string' || typeof text === 'number') && values.includes(String(text)))
  })
}

function scopesOf({ claims = {} }: AccessRule): readonly string[] {
  return SCOPES.flatMap((name) => claims[name] ?? [])
}

/** A caller with a name may have a token that says it. */
function withoutClaims(rule: AccessRule): AccessRule {
  return { ...rule, claims: undefined }
}
