/** Which paths are meant: HTTPPathMatch of the Gateway API. */
import * as v from 'valibot'
import { stepsOf } from '../math/pattern/pattern.ts'
import { upTo } from './http.ts'
import { must, object, oneOf, text } from './kit.ts'

export interface PathMatch {
  /** Default PathPrefix, which matches whole segments. A regular expression matches the whole path. */
  type?: 'Exact' | 'PathPrefix' | 'RegularExpression' | undefined
  /** Default `/`. */
  value?: string | undefined
}

const PATH_FORM =
  'a path: "/" first, without "//", "/./", "/../", "%2F" or "#", and of characters that a URL may have there'
/** RFC 3986 §3.3: pchar, slashes and whole triplets. */
const PATH = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/
const NO_PATH = /\/\/|\/\.\.?(?:\/|$)|%2f/i

/** Is this a path as the Gateway API lets one be matched or written? */
export function isPath(path: string): boolean {
  return PATH.test(path) && !NO_PATH.test(path)
}

/** The same as one expression. */
const PLAIN = /^(?!.*(?:\/\/|\/\.\.?(?:\/|$)|%2[fF]))\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/

/** A prefix of whole segments. */
export function pathPrefix() {
  return text(PLAIN, 'a path that begins with "/", without "//", "/./", "/../", "%2F" or "#"')
}

export function pathMatch(): v.GenericSchema<PathMatch> {
  return v.pipe(
    object({
      type: v.optional(oneOf('Exact', 'PathPrefix', 'RegularExpression')),
      value: v.optional(upTo(1024)),
    }),
    must(({ type, value = '/' }: PathMatch) => type === 'RegularExpression' || isPath(value), PATH_FORM),
    expression(),
  )
}

/** Refuses a regular expression that could run away, or that is none. */
export function expression<Of extends Condition>() {
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
