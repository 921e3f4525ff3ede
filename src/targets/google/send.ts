/** A request to an address of Google that asks who calls: Cloud Run, Cloud Functions. */
import { forward } from '../forward.ts'
import type { Means, Sent } from '../sent.ts'
import type { IdTokenCredentials } from './credentials.ts'
import type { IdTokens } from './id-token.ts'

/** Cloud Run's own header, where the caller's `authorization` is for the application. */
const SERVERLESS_AUTHORIZATION = 'x-serverless-authorization'

export async function sendWithIdToken(
  { fetch }: Pick<Means, 'fetch'>,
  idToken: IdTokens,
  url: string,
  { audience, secret }: IdTokenCredentials,
  request: Request,
  sent: Sent,
): Promise<Response> {
  const headers = new Headers(sent.outgoing)
  headers.delete(SERVERLESS_AUTHORIZATION)
  const name = headers.has('authorization') ? SERVERLESS_AUTHORIZATION : 'authorization'
  headers.set(name, `Bearer ${await idToken(audience, secret, sent)}`)
  return forward({ fetch }, url, request, sent, headers)
}
