/** Headers that are filled from the claims of guests: whoever sends one has made it up. */
import { nominated } from '../../wire/hop-by-hop.ts'
import type { WrittenIssuer } from './issuer-policy.ts'

export interface Filled {
  /** Those of a request, as they are spelled there. */
  madeUp(headers: Headers): readonly string[]
  /** What `connection` may say beside them: it takes headers off at the next hop, and must not take off what was filled. */
  connection(said: string): string
}

export function filledHeaders(issuers: readonly Pick<WrittenIssuer, 'headers'>[]): Filled {
  const filled = new Set(issuers.flatMap(({ headers = {} }) => Object.keys(headers).map(readAs)))
  const isFilled = (name: string) => filled.has(readAs(name))
  return {
    madeUp: (headers) => (filled.size > 0 ? [...headers.keys()].filter(isFilled) : []),
    connection: (said) =>
      nominated(said)
        .filter((name) => !isFilled(name))
        .join(', '),
  }
}

/** Servers that make variables of headers (CGI, WSGI) take `_` for `-`: a name that is spelled so is read as the same one. */
function readAs(name: string): string {
  return name.replaceAll('_', '-')
}
