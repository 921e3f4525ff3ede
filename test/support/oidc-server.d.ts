/** What `oidc-server.js` gives. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface OidcServer {
  readonly issuer: string
  readonly tokenUri: string
  /** How often the token endpoint was asked. */
  readonly asked: number
  /** Answers in place of the token endpoint, where it is set. */
  override: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  close(): void
}

/** Knows one client, which proves itself by a key. */
export function startOidc(client: { clientId: string; publicKey: CryptoKey }): Promise<OidcServer>
