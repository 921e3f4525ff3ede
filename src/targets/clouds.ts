/** The way to other clouds: Lambda's API, and addresses that want a signature or an id token. */
import { MeshError } from '../core/errors.ts'
import { isAmazons } from './aws/amazons.ts'
import { sendToLambda } from './aws/lambda.ts'
import { signedFetch } from './aws/sigv4.ts'
import type { CloudMaker } from './cloud.ts'
import { forward } from './forward.ts'
import { idTokens } from './google/id-token.ts'
import { wholeBody } from './whole.ts'

/** The content of a signed request, at most, in bytes: it is held to be hashed (API Gateway takes as much). */
const SIGNED_BYTES = 10_485_760

/** Cloud Run's own header, where the caller's `authorization` is for the application. */
const SERVERLESS_AUTHORIZATION = 'x-serverless-authorization'

/**
 * Reaches other clouds.
 *
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, cloud })
 */
export const cloud: CloudMaker = (roads) => {
  const fetchSigned = signedFetch(roads)
  const idToken = idTokens(roads)
  return {
    lambda: (target, request, sent) => sendToLambda(fetchSigned, target, request, sent),
    async address(url, credentials, request, sent) {
      if (credentials.type === 'google-id-token') {
        const headers = new Headers(sent.outgoing)
        headers.delete(SERVERLESS_AUTHORIZATION)
        const name = headers.has('authorization') ? SERVERLESS_AUTHORIZATION : 'authorization'
        headers.set(name, `Bearer ${await idToken(credentials.audience, credentials.secret, sent)}`)
        return forward({ fetch: roads.fetch }, url, request, sent, headers)
      }
      const body = await wholeBody(sent.attempt.body, SIGNED_BYTES)
      if (!body) {
        throw new MeshError('request_too_large', `What is signed is ${SIGNED_BYTES} bytes at most.`)
      }
      const { service, region, secret } = credentials
      const headers = new Headers(sent.outgoing)
      for (const name of Array.from(headers.keys()).filter(isAmazons)) headers.delete(name)
      const call = { method: request.method, url: unsigned(url), headers, body, service, region, secret }
      return fetchSigned(call, sent)
    },
  }
}

/** The address without a signature of the caller's own in its query, which AWS would judge in place of ours. */
function unsigned(address: string): string {
  const url = new URL(address)
  const names = [...url.searchParams.keys()].filter(isAmazons)
  for (const name of names) url.searchParams.delete(name)
  return names.length > 0 ? url.href : address
}
