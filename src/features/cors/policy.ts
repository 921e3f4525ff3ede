/** Which pages of other origins a browser may let call: HTTPCORSFilter of the Gateway API (GEP-1767). */
import * as v from 'valibot'
import { headerName, METHODS } from '../../schema/http.ts'
import { areDistinct, list, must, object, oneOf, text, whole } from '../../schema/kit.ts'

export interface Cors {
  /** Origins, `*` in front of a host for any labels, or `*` alone. */
  allowOrigins?: readonly string[] | undefined
  allowCredentials?: boolean | undefined
  allowMethods?: readonly string[] | undefined
  allowHeaders?: readonly string[] | undefined
  exposeHeaders?: readonly string[] | undefined
  /** Seconds that a browser remembers the answer. Default 5. */
  maxAge?: number | undefined
}

const ORIGIN = /^(?=.{1,253}$)(?:\*$|https?:\/\/(?:\*|(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::[0-9]{1,5})?$)/
const ORIGIN_FORM = '"*" or an origin: http:// or https://, a host that may begin with "*.", and a port if there is one'

export function cors(): v.GenericSchema<Cors> {
  const origin = text(ORIGIN, ORIGIN_FORM)
  const header = headerName()
  return object({
    allowOrigins: v.optional(set(origin, 'origins', 64, true)),
    allowCredentials: v.optional(v.boolean('Expected true or false')),
    allowMethods: v.optional(set(oneOf(...METHODS, '*'), 'methods', 9, true)),
    allowHeaders: v.optional(set(header, 'headers', 64, true)),
    exposeHeaders: v.optional(set(header, 'headers', 64, false)),
    maxAge: v.optional(whole(1, 2 ** 31 - 1, 'a whole number of seconds, from 1')),
  })
}

function set(item: v.GenericSchema<string>, what: string, most: number, standsAlone: boolean) {
  const distinct = v.pipe(
    list(item, what, most),
    must((all: readonly string[]) => areDistinct(all), 'each once', { uniqueItems: true }),
  )
  if (!standsAlone) return distinct
  return v.pipe(
    distinct,
    must((all: readonly string[]) => all.length < 2 || !all.includes('*'), '"*" to stand alone'),
  )
}
