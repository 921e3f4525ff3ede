/** One request to a collector: sent, timed, and read as OTLP/HTTP says. It is no call of the mesh, and none of its spans. */
import type { Clock } from '../../core/time/clock.ts'
import type { Collector } from './address.ts'

export interface Sent {
  /** `again`: what was sent is of use later. */
  readonly verdict: 'taken' | 'again' | 'lost'
  /** Milliseconds to wait, where the collector says so. */
  readonly waitMs?: number | undefined
  /** What went wrong. It holds nothing that the collector, or whoever stands in its place, has said. */
  readonly reason?: string | undefined
  /** Of what was taken: records that the collector would not have. */
  readonly rejected?: number | undefined
}

/**
 * The trace of what is exported: no span of it is ever told. So a collector that stands behind the mesh itself starts no circle.
 * `otlp` in hex, four times.
 */
export const OWN_TRACE = '6f746c706f746c706f746c706f746c70'

const HEADERS = { 'content-type': 'application/json', traceparent: `00-${OWN_TRACE}-6f746c706f746c70-00` }

/** OTLP/HTTP, "Retryable Response Codes". */
const AGAIN = new Set([429, 502, 503, 504])

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Never fails. */
export async function sendTo(
  { url, headers, origin }: Collector,
  path: '/v1/traces' | '/v1/logs',
  body: string,
  timeoutMs: number,
  clock: Clock,
  fetch: Fetch,
): Promise<Sent> {
  const control = new AbortController()
  let stop = () => {}
  // Whatever a `fetch` makes of its signal.
  const late = new Promise<never>((_, reject) => {
    stop = clock.after(timeoutMs, () => {
      control.abort()
      reject(control.signal.reason)
    })
  })
  try {
    const answer = fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, ...HEADERS },
      body,
      // The headers are for this address alone.
      redirect: 'manual',
      signal: control.signal,
    })
    const response = await Promise.race([answer, late])
    if (response.ok) return { verdict: 'taken', ...(await rejectedIn(response)) }
    await response.body?.cancel()
    const verdict = AGAIN.has(response.status) ? 'again' : 'lost'
    return { verdict, waitMs: waitOf(response), reason: `${origin} answered ${response.status}` }
  } catch {
    const reason = control.signal.aborted ? `did not answer within ${timeoutMs} ms` : 'could not be reached'
    return { verdict: 'again', reason: `${origin} ${reason}` }
  } finally {
    stop()
  }
}

/** In seconds; a date is not read. */
function waitOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return seconds >= 0 ? seconds * 1000 : undefined
}

/** A partial success names how many it did not take. */
async function rejectedIn(response: Response): Promise<{ rejected?: number }> {
  const told = (await response.json().catch(() => undefined)) as
    | { partialSuccess?: { rejectedSpans?: unknown; rejectedLogRecords?: unknown } }
    | undefined
  const { rejectedSpans, rejectedLogRecords } = told?.partialSuccess ?? {}
  const rejected = Number(rejectedSpans ?? rejectedLogRecords ?? 0)
  return rejected > 0 ? { rejected } : {}
}
