/** Addresses, as an operator writes them. */
import { isPrivateAddress } from '../core/text/private-address.ts'
import type { WrittenCredentials } from '../targets/credentials.ts'

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

/** A signature for another region than the function's is refused there with a word that says little. */
export function isRegionOf(url: string, credentials: WrittenCredentials): boolean {
  const [, named] = /\.lambda-url\.([a-z0-9-]+)\.on\.aws(?=[/:]|$)/i.exec(url) ?? []
  return named === undefined || credentials.type !== 'aws-sigv4' || credentials.region === named.toLowerCase()
}
