/** The roads between isolates and endpoints: what is sent takes its time, and so does the answer. */
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import { pathStart } from './address.ts'
import { drawMs } from './draw.ts'
import type { Latency, Network } from './scenario.ts'

/** Something that is reached by an address. */
export type Destination = (sent: Sent) => void

export interface Sent {
  readonly url: string
  /** `undefined` where the sender says nothing of itself. */
  readonly headers: Headers | undefined
  /** Aborts when the sender leaves; `undefined` where nobody would hear of it. */
  readonly signal: AbortSignal | undefined
  answer(response: Response): void
}

export interface Roads {
  /** By address, without the path. */
  readonly destinations: ReadonlyMap<string, Destination>
  readonly network: Network
  /** Do the mesh's headers get through? */
  readonly tells: boolean
  readonly clock: Clock
  readonly random: Random
}

/** One way. About what two Workers, or a Worker and a service in the same city, are apart. */
const LATENCY: Latency = { medianMs: 1, sigma: 0.5 }

/** A fetch, as far as the mesh needs it: no bodies, no redirects. */
export type Fetch = (url: string, init: { headers?: Headers; signal?: AbortSignal | null }) => Promise<Response>

export function fetchOver({ destinations, network, tells, clock, random }: Roads): Fetch {
  const { latency = LATENCY, cancels = false } = network

  return function fetch(url, { headers, signal }) {
    return new Promise((resolve, reject) => {
      const to = destinations.get(url) ?? destinations.get(url.slice(0, pathStart(url) + 1))
      if (!to) return reject(new Error(`Nothing listens at ${url}.`))
      if (signal?.aborted) return reject(signal.reason)
      const leave = () => reject(signal?.reason)
      signal?.addEventListener('abort', leave)
      const arrive = (response: Response) => {
        signal?.removeEventListener('abort', leave)
        resolve(tells ? response : new Response(null, { status: response.status }))
      }
      const sent: Sent = {
        url,
        headers: tells ? headers : undefined,
        signal: (cancels && signal) || undefined,
        answer: (response) => clock.after(drawMs(latency, random), () => arrive(response)),
      }
      clock.after(drawMs(latency, random), () => to(sent))
    })
  }
}
