/** Which requests a rule is for: HTTPRouteMatch of the Gateway API. */
import * as v from 'valibot'
import { headerName, METHODS, valueOfUpTo } from '../../schema/http.ts'
import { areDistinct, list, must, object, oneOf } from '../../schema/kit.ts'
import { expression, type PathMatch, pathMatch } from '../../schema/path-match.ts'

/** Conditions, all of which must hold. None matches every request. */
export interface Match {
  path?: PathMatch | undefined
  headers?: readonly ValueMatch[] | undefined
  queryParams?: readonly ValueMatch[] | undefined
  method?: string | undefined
}

/** A header or query parameter. */
export interface ValueMatch {
  /** Default Exact. A regular expression matches the whole value. */
  type?: 'Exact' | 'RegularExpression' | undefined
  name: string
  value: string
}

export function match(): v.GenericSchema<Match> {
  return object({
    path: v.optional(pathMatch()),
    headers: v.optional(conditions('headers', 4096)),
    queryParams: v.optional(conditions('query parameters', 1024)),
    method: v.optional(oneOf(...METHODS)),
  })
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
