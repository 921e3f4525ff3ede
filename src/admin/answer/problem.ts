/** Refusals of the API, each a problem (RFC 9457). */
import { HTTPException } from 'hono/http-exception'

export type RefusedStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 428 | 503

const TITLES: Readonly<Record<RefusedStatus, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  428: 'Precondition required',
  503: 'Service unavailable',
}

export interface RefusalFacts {
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the problem. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** To be thrown: the API's `onError` answers with it. */
export function refusal(
  status: RefusedStatus,
  detail: string,
  { headers = {}, fields = {} }: RefusalFacts = {},
): HTTPException {
  const problem = { type: 'about:blank', title: TITLES[status], status, detail, ...fields }
  const all = {
    'cache-control': 'no-store',
    ...headers,
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
  }
  return new HTTPException(status, { res: Response.json(problem, { status, headers: all }) })
}

/** There is no such record, or revision: the API itself is there. */
export function notFound(detail: string): HTTPException {
  return refusal(404, detail, { fields: { code: 'not_found' } })
}
