/** Hears of the end of an answer's body. */
import { identityStream } from './identity-stream.ts'
import { knownLength } from './known-length.ts'

/**
 * The same answer; `then` is called once its body has been read to its end, has broken off or is not wanted. At once where there is
 * none, or where it cannot be made anew (a switched protocol, a status that no one can make).
 */
export function whenRead(response: Response, then: () => void): Response {
  const { body, status, headers } = response
  if (!body || status < 200 || status > 599) {
    then()
    return response
  }
  const { readable, writable } = identityStream(knownLength(body, () => headers.get('content-length')))
  // Whoever reads hears of a failure through the stream.
  body.pipeTo(writable).then(then, then)
  return new Response(readable, response)
}
