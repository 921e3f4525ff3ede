/** Errors become responses, here and only here. */
import { MeshError } from '../core/errors.ts'
import { observer } from '../core/observer.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Trace } from '../core/span.ts'
import { problemResponse } from '../wire/problem.ts'
import { shortOf } from './retry/short-of.ts'

interface Needs {
  readonly receipt: Receipt
  readonly trace: Trace | undefined
  /** Who sent the request, where that is known. */
  readonly caller: string | undefined
}

/** nginx's word for a caller that left: nobody reads it but a log. */
const CLIENT_CLOSED_REQUEST = 499

/** On top: whatever is thrown beneath becomes a problem that says whether the mesh or the upstream answered. */
export const rescue = observer<Needs>('rescue', {
  failed(error, { receipt, trace, caller }, request) {
    if (request.signal.aborted) return new Response(null, { status: CLIENT_CLOSED_REQUEST })
    const problem = meshErrorOf(error)
    receipt.error = problem.code
    // An error of a call that a handler made names whom the handler called: this caller did not.
    const isOwn = receipt.service !== undefined || problem.service === undefined
    const short = shortOf(receipt)
    const answer = problemResponse(told(problem), request, {
      service: receipt.service,
      caller: isOwn ? caller : undefined,
      revision: receipt.revision,
      traceId: trace?.traceId,
      note: short && `It was ${short}.`,
    })
    for (const [name, value] of receipt.crossOrigin ?? []) answer.headers.append(name, value)
    return answer
  },
})

function meshErrorOf(error: unknown): MeshError {
  if (error instanceof MeshError) return error
  // What an outsider may read says nothing of the inside; the log does.
  console.error(error)
  return new MeshError('internal', 'Something went wrong inside. The log of this Worker has the details.', {
    cause: error,
  })
}

/** Where an endpoint stands, and what its error said, is on the receipt: an answer may be passed on to those outside. */
function told(error: MeshError): MeshError {
  switch (error.code) {
    case 'endpoint_unreachable':
      return new MeshError(error.code, 'No endpoint of the service answered.', { cause: error })
    case 'function_failed':
      return new MeshError(error.code, 'The function behind the service failed.', { cause: error })
    default:
      return error
  }
}
