/** Addresses, as an operator writes them. */
import * as v from 'valibot'
import { isPrivateAddress } from '../core/text/private-address.ts'
import { must } from './kit.ts'

/** http or https, 2048 characters at most, with no query, fragment or credentials. */
export const ADDRESS = /^(?=.{1,2048}$)https?:\/\/[^\s?#/\\@]+(?:\/[^\s?#]*)?$/i

/** Is this the address of an endpoint? */
export function isEndpointUrl(text: string): boolean {
  return ADDRESS.test(text) && URL.canParse(text)
}

/** Does nobody else read what is sent there? What is no address is told elsewhere. */
export function isPrivate(url: string): boolean {
  return !isEndpointUrl(url) || isPrivateAddress(url)
}

const ADDRESS_FORM = 'an http:// or https:// URL without query or fragment'

/**
 * The form of an address.
 *
 * @param otherwise what may stand there, told where there is no text.
 */
export function address(otherwise = ADDRESS_FORM) {
  return v.pipe(v.string(`Expected ${otherwise}`), must(isEndpointUrl, ADDRESS_FORM))
}

/** May keys be read from there? Keys that somebody on the way could swap are no keys. */
export function isKeyAddress(text: string): boolean {
  return text.length <= 2048 && /^https?:\/\//.test(text) && isPrivateAddress(text)
}
