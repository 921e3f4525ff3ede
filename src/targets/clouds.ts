/** The way to other clouds: Lambda's API, and addresses that want a signature or an id token. */
import { sendToLambda } from './aws/lambda.ts'
import { sendSigned } from './aws/signed.ts'
import { signedFetch } from './aws/sigv4.ts'
import type { CloudMaker } from './cloud.ts'
import { idTokens } from './google/id-token.ts'
import { sendWithIdToken } from './google/send.ts'
import { sendToWorkflow } from './saga/start.ts'

/**
 * Reaches other clouds.
 *
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, cloud })
 */
export const cloud: CloudMaker = (means) => {
  const fetchSigned = signedFetch(means)
  const idToken = idTokens(means)
  return {
    lambda: (target, request, sent) => sendToLambda(fetchSigned, target, request, sent),
    address: (url, credentials, request, sent) =>
      credentials.type === 'google-id-token'
        ? sendWithIdToken(means, idToken, url, credentials, request, sent)
        : sendSigned(fetchSigned, url, credentials, request, sent),
    saga: (target, request, sent) => sendToWorkflow(means, target, request, sent),
  }
}
