/** Counts what is sent, so that a call is refused before the platform throws. */
import type { Target } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Filter, nothing } from '../core/service.ts'
import type { Subrequests } from '../core/subrequests.ts'

interface Needs {
  readonly subrequests: Subrequests
  readonly endpoint: { readonly target: Target }
}

/** Beneath admission: what is refused costs nothing. Above the attempt's deadline, which gives its connection back. */
export const meter: Filter<Needs> = function meter(request, { subrequests, endpoint }, next) {
  if (!subrequests.take(1)) {
    const used = 'The subrequests that the mesh may make for one request are used up.'
    return Promise.reject(new MeshError('limit_subrequests', used))
  }
  const { kind } = endpoint.target
  // What stays inside the platform opens no connection.
  return kind === 'url' || kind === 'lambda'
    ? connected(subrequests, () => next(request, nothing))
    : next(request, nothing)
}

async function connected(subrequests: Subrequests, go: () => Promise<Response>): Promise<Response> {
  const answered = subrequests.connect()
  try {
    return await go()
  } finally {
    answered()
  }
}
