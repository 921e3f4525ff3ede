/** Addresses, as an operator writes them. */
import type { WrittenCredentials } from './credentials.ts'

/** Is this the address of an endpoint: http or https, 2048 characters at most, with no query, fragment or credentials? */
export function isEndpointUrl(text: string): boolean {
  if (text.length > 2048 || /[\s?#]/.test(text) || !URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password
}

/** Does nobody else read what is sent there? */
export function isPrivate(url: string): boolean {
  if (!isEndpointUrl(url)) return true
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}

/** A signature for another region than the function's is refused there with a word that says little. */
export function isRegionOf(url: string, credentials: WrittenCredentials): boolean {
  const [, named] = /\.lambda-url\.([a-z0-9-]+)\.on\.aws(?=[/:]|$)/i.exec(url) ?? []
  return named === undefined || credentials.type !== 'aws-sigv4' || credentials.region === named.toLowerCase()
}
