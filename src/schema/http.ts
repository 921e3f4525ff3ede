/** The words of HTTP that a rule is made of: methods, header names and values, hosts, ports. */
import * as v from 'valibot'
import { must, text, whole } from './kit.ts'

/** RFC 9110 §5.6.2: a token; at most 256 characters, as in the Gateway API. */
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,256}$/
export const HOST = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.(?!$)|$))+$/

/** HTTPMethod of the Gateway API. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const

/** A header or query parameter by its name. */
export function headerName() {
  return text(HEADER_NAME, "a name of 1 to 256 letters, digits or !#$%&'*+-.^_`|~")
}

export function valueOfUpTo(most: number) {
  return ofLength(1, most, `1 to ${most} characters`)
}

export function upTo(most: number) {
  return ofLength(0, most, `at most ${most} characters`)
}

function ofLength(least: number, most: number, what: string) {
  return v.pipe(
    v.string(`Expected ${what}`),
    must(({ length }: string) => length >= least && length <= most, what, { minLength: least, maxLength: most }),
  )
}

/** A DNS name in lower case, without a port and without "*". URLs cannot hold all of them: `www.123` is no address. */
export function hostname() {
  const isHost = (name: string) => HOST.test(name) && URL.canParse(`http://${name}`)
  return text(isHost, 'a host that a URL may have: a DNS name in lower case, without a port')
}

export function port() {
  return whole(1, 65_535, 'a port, 1 to 65535')
}
