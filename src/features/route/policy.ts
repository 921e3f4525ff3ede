/** Which requests a rule is for: HTTPRouteMatch of the Gateway API. */
import * as v from 'valibot'
import { stepsOf } from '../../math/pattern/pattern.ts'
import { headerName, METHODS, upTo, valueOfUpTo } from '../../schema/http.ts'
import { areDistinct, list, must, object, oneOf } from '../../schema/kit.ts'

/** Conditions, all of which must hold. None matches every request. */
export interface Match {
  path?: PathMatch | undefined
  headers?: readonly ValueMatch[] | undefined
  queryParams?: readonly ValueMatch[] | undefined
  method?: string | undefined
}

export interface PathMatch {
  /** Default PathPrefix, which matches whole segments. A regular expression matches the whole path. */
  type?: 'Exact' | 'PathPrefix' | 'RegularExpression' | undefined
  /** Default `/`. */
  value?: string | undefined
}

/** A header or query parameter. */
export interface ValueMatch {
  /** Default Exact. A regular expression matches the whole value. */
  type?: 'Exact' | 'RegularExpression' | undefined
  name: string
  value: string
}

const PATH_FORM =
  'a path: "/" first, without "//", "/./", "/../", "%2F" or "#", and of characters that a URL may have there'
/** RFC 3986 §3.3: pchar, slashes and whole triplets. */
const PATH = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/
const NO_PATH = /\/\/|\/\.\.?(?:\/|$)|%2f/i

export function match(): v.GenericSchema<Match> {
  return object({
    path: v.optional(
      v.pipe(
        object({
          type: v.optional(oneOf('Exact', 'PathPrefix', 'RegularExpression')),
          value: v.optional(upTo(1024)),
        }),
        must(({ type, value = '/' }: PathMatch) => type === 'RegularExpression' || isPath(value), PATH_FORM),
        expression(),
      ),
    ),
    headers: v.optional(conditions('headers', 4096)),
    queryParams: v.optional(conditions('query parameters', 1024)),
    method: v.optional(oneOf(...METHODS)),
  })
}

/** Is this a path as the Gateway API lets one be matched or written? */
export function isPath(path: string): boolean {
  return PATH.test(path) && !NO_PATH.test(path)
}

function conditions(what: string, mostCharacters: number) {
  const condition: v.GenericSchema<ValueMatch> = v.pipe(
    object({
      type: v.optional(oneOf('Exact', 'RegularExpression')),
      name: headerName(),
      value: valueOfUpTo(mostCharacters),
    }),
    expression(),
  )
  return v.pipe(
    list(condition, what, 16),
    must((all: readonly ValueMatch[]) => areDistinct(all.map(({ name }) => name)), 'each name once'),
  )
}

/** Refuses a regular expression that could run away, or that is none. */
function expression<Of extends Condition>() {
  return v.check<Of, (issue: v.CheckIssue<Of>) => string>(
    (condition) => typeof stepsOrRefusal(condition) === 'number',
    ({ input }) => `Expected a regular expression of the RE2 kind without ${stepsOrRefusal(input)}`,
  )
}

interface Condition {
  readonly type?: unknown
  readonly value?: unknown
}

/** The steps of a condition that is an expression, or what is wrong with it. */
export function stepsOrRefusal({ type, value }: Condition): number | string {
  try {
    return type === 'RegularExpression' && typeof value === 'string' ? stepsOf(value) : 0
  } catch (error) {
    return (error as Error).message
  }
}
