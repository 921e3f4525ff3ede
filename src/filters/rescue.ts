/** Errors become responses, here and only here. */
import { MeshError } from '../core/errors.ts'
import { type Log, noteError } from '../core/log.ts'
import { observer } from '../core/observer.ts'
import { isAbort } from '../core/outcome.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Trace } from '../core/span.ts'
import { problemResponse } from '../wire/problem.ts'
import { shortOf } from './retry/short-of.ts'

interface Needs {
  readonly receipt: Receipt
  readonly trace: Pick<Trace, 'traceId'>
  readonly trusted: boolean
  /** Who sent the request, where that is known. */
  readonly caller: string | undefined
}

/** nginx's word for a caller that left: nobody reads it but a log. */
const CLIENT_CLOSED_REQUEST = 499

/** On top: whatever is thrown beneath becomes a problem that says whether the mesh or the upstream answered. */
export const rescue = (log: Log) =>
  observer<Needs>('rescue', { failed: (error, context, request) => rescued(error, context, request, log) })

/** The answer that is made of an error. */
export function rescued(error: unknown, context: Needs, request: Request, log: Log): Response {
  const { receipt, trace, trusted, caller } = context
  if (request.signal.aborted || isAbort(error)) {
    log({ level: 'info', event: 'caller_left', service: receipt.service, key: receipt.key, traceId: trace.traceId })
    return new Response(null, { status: CLIENT_CLOSED_REQUEST })
  }
  const problem = error instanceof MeshError ? error : new MeshError('internal', wordsOf(error), { cause: error })
  receipt.error = problem.code
  // An error of a call that a handler made names whom the handler called: this caller did not.
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

/** What was thrown may be anything: an object need not have words for itself. */
function wordsOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return typeof error === 'string' ? error : `A handler threw what is no error: ${typeof error}.`
}
