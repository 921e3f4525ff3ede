/** Endpoints, as an operator writes them. */
import * as v from 'valibot'
import type { Endpoint, Target } from '../core/endpoint.ts'
import { isLocality } from '../core/locality.ts'
import { between, must, object as objectOf } from './schema.ts'

const URL_FORM = 'an http:// or https:// URL without query or fragment'
const BINDING_FORM = 'the name of a service binding'
const LOCALITY_FORM = 'a colo such as "AMS", a continent such as "EU" or a location hint such as "weur"'
/** The Gateway API's range for the weight of a backend. */
const MOST_WEIGHT = 1_000_000

/** What may be said of any endpoint, of whatever kind. */
interface WrittenPlacing {
  weight?: number | undefined
  locality?: string | undefined
}

export type WrittenEndpoint = string | (({ url: string } | { binding: string }) & WrittenPlacing)

export function endpoint() {
  const url = v.pipe(v.string('Expected a URL, { "url" } or { "binding" }'), must(isEndpointUrl, URL_FORM))
  const placing = {
    /** Default 1 (Gateway API). */
    weight: v.optional(
      between(0, MOST_WEIGHT, `a whole number from 0 to ${MOST_WEIGHT.toLocaleString('en')}`, Number.isInteger),
    ),
    locality: v.optional(v.pipe(v.string(`Expected ${LOCALITY_FORM}`), must(isLocality, LOCALITY_FORM))),
  }
  const object = objectOf({ url, ...placing })
  const bound = objectOf({
    binding: v.pipe(
      v.string(`Expected ${BINDING_FORM}`),
      must((name: string) => /^[A-Za-z_$][\w$]{0,127}$/.test(name), BINDING_FORM),
    ),
    ...placing,
  })
  return v.lazy((value) => {
    if (typeof value !== 'object' || value === null) return url
    return 'binding' in value ? bound : object
  }) as v.GenericSchema<WrittenEndpoint>
}

/** Is this the address of an endpoint: http or https, 2048 characters at most, with no query, fragment or credentials? */
export function isEndpointUrl(text: string): boolean {
  if (text.length > 2048 || /[\s?#]/.test(text) || !URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password
}

/** An endpoint as the mesh knows it. */
export function endpointOf(written: WrittenEndpoint): Endpoint {
  const { weight = 1, locality }: WrittenPlacing = typeof written === 'string' ? {} : written
  const target = targetOf(written)
  return { id: idOf(target), target, weight, locality }
}

function targetOf(written: WrittenEndpoint): Target {
  if (typeof written !== 'string' && 'binding' in written) return { kind: 'binding', binding: written.binding }
  return { kind: 'url', url: (typeof written === 'string' ? written : written.url).replace(/\/+$/, '') }
}

/** By where it is alone: whatever else an edit changes of an endpoint, what was learned of it stays. */
function idOf(target: Target): string {
  return target.kind === 'url' ? target.url : `binding:${target.binding}`
}
