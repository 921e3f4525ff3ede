/** Endpoints, as an operator writes them. */
import * as v from 'valibot'
import type { Endpoint } from '../core/endpoint.ts'
import { must, object as objectOf } from './schema.ts'

const URL_FORM = 'an http:// or https:// URL without query or fragment'
const BINDING_FORM = 'the name of a service binding'

export type WrittenEndpoint = string | { url: string } | { binding: string }

export function endpoint() {
  const url = v.pipe(v.string('Expected a URL, { "url" } or { "binding" }'), must(isEndpointUrl, URL_FORM))
  const object = objectOf({ url })
  const bound = objectOf({
    binding: v.pipe(
      v.string(`Expected ${BINDING_FORM}`),
      must((name: string) => /^[A-Za-z_$][\w$]{0,127}$/.test(name), BINDING_FORM),
    ),
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

/** An endpoint as the mesh knows it. Its id is what was written, without a closing slash. */
export function endpointOf(written: WrittenEndpoint): Endpoint {
  if (typeof written !== 'string' && 'binding' in written) {
    const { binding } = written
    return { id: `binding:${binding}`, target: { kind: 'binding', binding } }
  }
  const url = (typeof written === 'string' ? written : written.url).replace(/\/+$/, '')
  return { id: url, target: { kind: 'url', url } }
}
