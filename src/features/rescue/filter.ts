/** rescue: turns errors thrown below it into problem+json answers. No other filter makes error responses. */

import { observer } from '../../core/engine/stack.ts'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../core/errors.ts'
import { type Log, noteError } from '../../core/log.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Trace } from '../../core/span.ts'
import { ERROR } from '../../wire/answer/fates.ts'
import { type HeaderSource, rpcType } from '../../wire/headers.ts'
import { problemResponse } from '../../wire/problem/problem.ts'
import { shortOf } from '../../wire/problem/short-of.ts'

interface Reader {
  readonly receipt: Receipt
  readonly trusted: boolean
  /** The headers of the request. */
  readonly headers: HeaderSource | undefined
}

interface RescueNeeds extends Reader {
  readonly trace: Pick<Trace, 'traceId'>
  /** Who sent the request, where that is known. */
  readonly caller: string | undefined
}

/** nginx's status for a caller that left. Only logs show it. */
const CLIENT_CLOSED_REQUEST = 499

/** Near the top, so that every error below gets an answer, which says that the mesh made it and not the service. */
export const rescue = (log: Log) =>
  observer<RescueNeeds>('rescue', {
    answered: (response, context, request) => scrubbed(response, context, context.trace.traceId, request),
    failed: (error, context, request) => rescued(error, context, request, log),
  })

/** The answer for an error. */
export function rescued(error: unknown, context: RescueNeeds, request: Request, log: Log): Response {
  const { receipt, trace, trusted, caller } = context
  if (request.signal.aborted) {
    log({ level: 'info', event: 'caller_left', service: receipt.service, key: receipt.key, traceId: trace.traceId })
    return new Response(null, { status: CLIENT_CLOSED_REQUEST })
  }
  const problem = error instanceof MeshError ? error : new MeshError('internal', wordsOf(error), { cause: error })
  receipt.error = problem.code
  receipt.detail = problem.message
  // Where a call of the handler failed, the error names the service that the handler called, not this request's.
  const isOwn = receipt.service !== undefined || problem.service === undefined
  noteError(problem, receipt, trace.traceId, caller, log)
  const short = shortOf(receipt)
  const answer = problemResponse(problem, request, {
    isTrusted: trusted,
    caller: isOwn ? caller : undefined,
    note: short && `It was ${short}.`,
  })
  for (const [name, value] of receipt.crossOrigin ?? []) answer.headers.append(name, value)
  return answer
}

/**
 * An answer as its caller may read it. A function of the mesh reads an error in full, and may return it as its own answer. If
 * its caller is a stranger, the error is written again, in the words for strangers.
 */
export function scrubbed(response: Response, reader: Reader, traceId: string, request: Request): Response {
  const { trusted, receipt, headers: asked } = reader
  // gRPC errors, and those of Connect streams, have status 200.
  if (trusted || !asked || (response.status < 400 && rpcType(asked) === undefined)) return response
  const code = response.headers.get(ERROR)
  // An error of this hop has the right words already.
  if (code === null || receipt.error !== undefined || !Object.hasOwn(MEANINGS, code)) return response
  const problem = problemResponse(new MeshError(code as MeshErrorCode, '', { traceId, retryable: undefined }), request)
  response.body?.cancel().catch(() => {})
  const headers = new Headers(response.headers)
  for (const name of ['content-length', 'content-encoding']) headers.delete(name)
  for (const [name, value] of problem.headers) headers.set(name, value)
  return new Response(problem.body, { status: response.status, headers })
}

/** A message for whatever was thrown: it may be no Error, and its `toString` may throw. */
function wordsOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return typeof error === 'string' ? error : `A handler threw what is no error: ${typeof error}.`
}
