/** Endpoints, as an operator writes them. */
import * as v from 'valibot'
import type { Endpoint } from '../core/endpoint.ts'
import { isLocality } from '../core/locality.ts'
import { isEndpointUrl, isPrivate, isRegionOf } from '../schema/address.ts'
import { headerName } from '../schema/http.ts'
import { between, either, list, must, object as objectOf, text } from '../schema/kit.ts'
import { lambda, type WrittenLambda } from './aws/schema.ts'
import { BINDING_NAME, credentials, type WrittenCredentials } from './credentials.ts'
import { OBJECT_KEY } from './object/key.ts'
import { idOf, targetOf } from './target.ts'

const URL_FORM = 'an http:// or https:// URL without query or fragment'
const SAFE_FORM = 'https://, or an address of this machine, where credentials are shown'
const REGION_FORM = 'the region that the function URL names'
const KEY_FORM = '"name:…", "header:…", "query:…" or "path:1"'
const WHOLE_FORM = 'a whole number from 1'
const LOCALITY_FORM = 'a colo such as "AMS", a continent such as "EU" or a location hint such as "weur"'
/** The Gateway API's range for the weight of a backend. */
const MOST_WEIGHT = 1_000_000
const KINDS = ['binding', 'url', 'dispatch', 'object', 'lambda', 'queue'] as const

export interface WrittenUrl {
  url: string
  credentials?: WrittenCredentials | undefined
}
interface WrittenBinding {
  binding: string
  worker?: string | undefined
  version?: string | undefined
}
interface WrittenDispatch {
  binding: string
  script: string
  limits?: { cpuMs?: number | undefined; subRequests?: number | undefined } | undefined
}

/** What may be said of any endpoint, of whatever kind. */
interface WrittenPlacing {
  weight?: number | undefined
  locality?: string | undefined
}

export type WrittenEndpoint = string | (WrittenPlace & WrittenPlacing)

type WrittenPlace =
  | WrittenUrl
  | WrittenBinding
  | { dispatch: WrittenDispatch }
  | { object: { binding: string; key: string } }
  | { lambda: WrittenLambda }
  | { queue: { binding: string; keep?: readonly string[] | undefined } }

export function endpoint() {
  const url = v.pipe(
    v.string('Expected a URL, { "url" }, { "binding" }, { "dispatch" }, { "object" }, { "lambda" } or { "queue" }'),
    must(isEndpointUrl, URL_FORM),
  )
  const binding = (what: string) => text(BINDING_NAME, `the name of ${what}`)
  const whole = () => v.optional(between(1, 1_000_000, WHOLE_FORM, Number.isInteger))
  const name = (what: string) => text(/^[\w-]{1,255}$/, what)
  const placing = {
    /** Default 1 (Gateway API). */
    weight: v.optional(between(0, MOST_WEIGHT, 'a whole number from 0 to 1,000,000', Number.isInteger)),
    locality: v.optional(text(isLocality, LOCALITY_FORM)),
  }
  const forms = {
    url: v.pipe(
      objectOf({ url, credentials: v.optional(credentials()), ...placing }),
      must(({ url, credentials }) => !credentials || isPrivate(url), SAFE_FORM),
      must(({ url, credentials }) => !credentials || isRegionOf(url, credentials), REGION_FORM),
    ),
    binding: v.pipe(
      objectOf({
        binding: binding('a service binding'),
        worker: v.optional(name('the name of a Worker')),
        version: v.optional(name('the id of a Worker version')),
        ...placing,
      }),
      must(({ worker, version }) => !worker || !!version, '"version" where there is "worker"'),
    ),
    dispatch: objectOf({
      dispatch: objectOf({
        binding: binding('a dispatch namespace'),
        script: name('the name of a Worker'),
        limits: v.optional(objectOf({ cpuMs: whole(), subRequests: whole() })),
      }),
      ...placing,
    }),
    object: objectOf({
      object: objectOf({ binding: binding('a Durable Object namespace'), key: text(OBJECT_KEY, KEY_FORM) }),
      ...placing,
    }),
    lambda: objectOf({ lambda: lambda(url), ...placing }),
    queue: objectOf({
      queue: objectOf({ binding: binding('a queue'), keep: v.optional(list(headerName(), 'headers', 16)) }),
      ...placing,
    }),
  } satisfies Record<(typeof KINDS)[number], v.GenericSchema<WrittenEndpoint>>
  return either<WrittenEndpoint>([url, ...Object.values(forms)], (value) => {
    if (typeof value !== 'object' || value === null) return url
    return forms[KINDS.find((kind) => kind in value) ?? 'url']
  })
}

/** An endpoint as the mesh knows it. */
export function endpointOf(written: WrittenEndpoint): Endpoint {
  const { weight = 1, locality }: WrittenPlacing = typeof written === 'string' ? {} : written
  const target = targetOf(written)
  return { id: idOf(target), target, weight, locality }
}
