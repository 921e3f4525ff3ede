/** What is done to a request that a rule matched, and to its answer: HTTPRouteFilter of the Gateway API. */
import * as v from 'valibot'
import { type Cors, cors } from '../features/cors/policy.ts'
import { type BackendRef, backendRef } from '../schema/backend-ref.ts'
import { headerName, hostname, port } from '../schema/http.ts'
import { areDistinct, between, byType, list, must, object, oneOf, text } from '../schema/kit.ts'

export type RuleFilter =
  | { type: 'RequestHeaderModifier'; requestHeaderModifier: HeaderModifier }
  | { type: 'ResponseHeaderModifier'; responseHeaderModifier: HeaderModifier }
  | { type: 'RequestRedirect'; requestRedirect: Redirect }
  | { type: 'URLRewrite'; urlRewrite: Rewrite }
  | { type: 'RequestMirror'; requestMirror: Mirror }
  | { type: 'CORS'; cors: Cors }

/** What is done to headers. A name stands once in all three. */
export interface HeaderModifier {
  set?: readonly HeaderValue[] | undefined
  /** Appended to what is there, with a comma. */
  add?: readonly HeaderValue[] | undefined
  remove?: readonly string[] | undefined
}

export interface HeaderValue {
  name: string
  value: string
}

export interface Redirect {
  /** Default: that of the request. */
  scheme?: 'http' | 'https' | undefined
  /** Default: that of the request. */
  hostname?: string | undefined
  path?: PathModifier | undefined
  port?: number | undefined
  /** Default 302. */
  statusCode?: 301 | 302 | 303 | 307 | 308 | undefined
}

export interface Rewrite {
  hostname?: string | undefined
  path?: PathModifier | undefined
}

export type PathModifier =
  | { type: 'ReplaceFullPath'; replaceFullPath: string }
  /** Needs a rule with one match, of a PathPrefix. */
  | { type: 'ReplacePrefixMatch'; replacePrefixMatch: string }

export interface Mirror {
  backendRef: BackendRef
  /** How many of a hundred. Default: all. */
  percent?: number | undefined
  fraction?: { numerator: number; denominator?: number | undefined } | undefined
}

/** Headers that a connection, or the mesh, writes by itself: to change them would change nothing, or break the message. */
const RESERVED =
  /^(?:host|connection|content-length|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|selvedge-.*)$/i

/** The filters of a rule, or of a backend. */
export function filters() {
  const filter = byType({
    RequestHeaderModifier: { requestHeaderModifier: headerModifier() },
    ResponseHeaderModifier: { responseHeaderModifier: headerModifier() },
    RequestRedirect: { requestRedirect: redirect() },
    URLRewrite: { urlRewrite: object({ hostname: v.optional(hostname()), path: v.optional(pathModifier()) }) },
    RequestMirror: { requestMirror: mirror() },
    CORS: { cors: cors() },
  }) as v.GenericSchema<RuleFilter>
  return v.pipe(
    list(filter, 'filters', 16),
    must(
      (all: readonly RuleFilter[]) =>
        areDistinct(all.map(({ type }) => type).filter((type) => type !== 'RequestMirror')),
      'each type of filter once, but for RequestMirror',
    ),
    must(
      (all: readonly RuleFilter[]) => areCors(all) || !has(all, 'RequestRedirect'),
      'no filter but CORS beside a RequestRedirect, which answers by itself',
    ),
  )
}

/** Is there no filter but CORS, and redirects themselves? All others do something to what a redirect does not send. */
export function areCors(filters: readonly RuleFilter[]): boolean {
  return filters.every(({ type }) => type === 'CORS' || type === 'RequestRedirect')
}

export function has(filters: readonly RuleFilter[], type: RuleFilter['type']): boolean {
  return filters.some((filter) => filter.type === type)
}

function headerModifier(): v.GenericSchema<HeaderModifier> {
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

function redirect(): v.GenericSchema<Redirect> {
  return object({
    scheme: v.optional(oneOf('http', 'https')),
    hostname: v.optional(hostname()),
    path: v.optional(pathModifier()),
    port: v.optional(port()),
    statusCode: v.optional(v.picklist([301, 302, 303, 307, 308], 'Expected 301, 302, 303, 307 or 308')),
  })
}

function pathModifier() {
  const path = text(/^[^\s?#]{0,1024}$/, 'at most 1024 characters of a path without "?", "#" or blanks')
  return byType({
    ReplaceFullPath: { replaceFullPath: path },
    ReplacePrefixMatch: { replacePrefixMatch: path },
  }) as v.GenericSchema<PathModifier>
}

function mirror(): v.GenericSchema<Mirror> {
  const whole = (least: number, what: string) => between(least, 2 ** 31 - 1, what, Number.isInteger)
  return v.pipe(
    object({
      backendRef: backendRef(),
      percent: v.optional(between(0, 100, 'a whole number from 0 to 100', Number.isInteger)),
      fraction: v.optional(
        v.pipe(
          object({
            numerator: whole(0, 'a whole number from 0'),
            denominator: v.optional(whole(1, 'a whole number from 1')),
          }),
          must(
            ({ numerator, denominator = 100 }: { numerator: number; denominator?: number | undefined }) =>
              numerator <= denominator,
            'a numerator no greater than the denominator',
          ),
        ),
      ),
    }),
    must(({ percent, fraction }: Mirror) => percent === undefined || !fraction, 'either "percent" or "fraction"'),
  )
}
