/** AWS Lambda: a request to the Invoke API, its result to a response. */
import { MeshError } from '../../core/errors.ts'
import type { Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'
import { lambdaEvent } from './lambda-event.ts'
import { functionFailed, resultResponse, shown } from './lambda-result.ts'
import { streamedResponse } from './lambda-stream.ts'
import type { LambdaTarget } from './schema.ts'
import type { SignedFetch } from './sigv4.ts'

/** What a function takes and gives, in bytes (Lambda quotas: 6 MB each way). */
const PAYLOAD_BYTES = 6_291_556

export async function sendToLambda(
  fetchSigned: SignedFetch,
  target: LambdaTarget,
  request: Request,
  sent: Sent,
): Promise<Response> {
  const { secret, region, invocation } = target
  const body = await wholeBody(sent.attempt.body, PAYLOAD_BYTES)
  if (!body) throw tooLarge()
  const headers = new Headers({ 'content-type': 'application/json' })
  if (invocation === 'event') headers.set('x-amz-invocation-type', 'Event')
  const payload = new TextEncoder().encode(JSON.stringify(lambdaEvent(request, sent, body))) as Uint8Array<ArrayBuffer>
  const call = { method: 'POST', url: addressOf(target), headers, body: payload, service: 'lambda', region, secret }
  const response = await fetchSigned(call, sent)
  if (!response.ok) return refused(response, target)
  if (invocation === 'event') {
    await response.body?.cancel()
    return new Response(null, { status: 202 })
  }
  if (invocation === 'stream') return streamedResponse(response, request.method)

  const result = await wholeBody(response.body, PAYLOAD_BYTES)
  if (!result) throw functionFailed(`The function's result is larger than ${PAYLOAD_BYTES} bytes`)
  const text = new TextDecoder().decode(result)
  if (response.headers.has('x-amz-function-error')) throw functionFailed(`The function failed: ${failureIn(text)}`)
  return resultResponse(text, request.method)
}

/** Where the API stands: that of China is apart (AWS service endpoints). */
function addressOf({ function: name, region, qualifier, invocation, endpointUrl }: LambdaTarget): string {
  const base = endpointUrl ?? `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  const path =
    invocation === 'stream'
      ? `/2021-11-15/functions/${encodeURIComponent(name)}/response-streaming-invocations`
      : `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`
  return base + path + (qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`)
}

/** What Lambda itself says, in place of the function. */
async function refused(response: Response, { function: name, region }: LambdaTarget): Promise<never> {
  const { status, headers } = response
  const [word = 'no reason'] = /^\w+/.exec(headers.get('x-amzn-errortype') ?? '') ?? []
  await response.body?.cancel()
  // The function was not run: the same request may go elsewhere, or here in a while.
  if (status === 429) throw throttled(headers.get('retry-after'))
  if (status === 404) {
    const known = name.slice(name.lastIndexOf(':function:') + 1).replace('function:', '')
    throw new MeshError('backend_not_found', `Lambda has no function "${known}" in ${region}.`, { verdict: 'go' })
  }
  if (status === 413) throw tooLarge()
  if (status >= 500) throw new MeshError('endpoint_unreachable', `Lambda answered ${status}, ${word}.`)
  throw functionFailed(`Lambda answered ${status}, ${word}`)
}

/** There is no room for another call of the function: that is its capacity, and nothing that the caller did. */
function throttled(seconds: string | null): MeshError {
  return new MeshError('overloaded', 'Lambda runs as many of the function as it may.', {
    retryable: true,
    retryAfterMs: /^\d{1,6}$/.test(seconds ?? '') ? Number(seconds) * 1000 : undefined,
    verdict: 'go',
  })
}

function tooLarge(): MeshError {
  return new MeshError('request_too_large', 'A Lambda function takes 6 MB at most.')
}

/** `errorType: errorMessage`, as every runtime says it. */
function failureIn(text: string): string {
  try {
    const { errorType, errorMessage } = JSON.parse(text)
    return shown([errorType, errorMessage].filter((part) => typeof part === 'string').join(': '))
  } catch {
    return shown(text)
  }
}
