/** What a request or its answer is changed to: HTTPURLRewriteFilter and HTTPHeaderFilter of the Gateway API. */
import * as v from 'valibot'
import type { PathModifier } from '../../core/text/replaced-path.ts'
import { headerName, hostname } from '../../schema/http.ts'
import { areDistinct, list, must, object, text } from '../../schema/kit.ts'
import { pathModifier } from '../../schema/path-modifier.ts'

export interface Rewrite {
  hostname?: string | undefined
  path?: PathModifier | undefined
}

/** What is done to headers. A name stands once in all three. */
export interface HeaderModifier {
  set?: readonly HeaderValue[] | undefined
  /** Appended to what is there, with a comma. */
  add?: readonly HeaderValue[] | undefined
  remove?: readonly string[] | undefined
}

interface HeaderValue {
  name: string
  value: string
}

/** Headers that a connection, or the mesh, writes by itself: to change them would change nothing, or break the message. */
const RESERVED =
  /^(?:host|connection|content-length|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|selvedge-.*)$/i

export function rewrite(): v.GenericSchema<Rewrite> {
  return object({ hostname: v.optional(hostname()), path: v.optional(pathModifier()) })
}

export function headerModifier(): v.GenericSchema<HeaderModifier> {
  const name = v.pipe(
    headerName(),
    must(
      (name: string) => !RESERVED.test(name),
      "a header that may be changed: Host is the URLRewrite's, and some are the connection's or the mesh's own",
      { not: { pattern: RESERVED } },
    ),
  )
  const value = text(/^[\t -~\x80-\xff]{1,4096}$/, '1 to 4096 characters that a header may hold')
  const values = list(object({ name, value }), 'headers', 16)
  return v.pipe(
    object({ set: v.optional(values), add: v.optional(values), remove: v.optional(list(name, 'names', 16)) }),
    must(
      ({ set = [], add = [], remove = [] }: HeaderModifier) =>
        areDistinct([...[...set, ...add].map(({ name }) => name), ...remove].map((name) => name.toLowerCase())),
      'each header once in "set", "add" and "remove" together',
    ),
  )
}
