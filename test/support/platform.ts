/** The limits of the platform for one invocation, which no local run enforces. */

/** Subrequests of the free plan. */
const SUBREQUESTS = 50
/** Connections that may wait for response headers; the next one queues. */
const CONNECTIONS = 6

export interface Invocation {
  /** The platform's fetch, as one invocation has it. */
  readonly fetch: typeof fetch
  /** Requests that waited for response headers at once, at most. */
  readonly peak: number
  /** Subrequests that were made. */
  readonly made: number
  /** Counts a subrequest that opens no connection: a call of a binding, a read of KV. */
  subrequest(): void
}

/** @param answer what stands at the other end. */
export function invocation(answer: (request: Request) => Promise<Response>): Invocation {
  let made = 0
  let waiting = 0
  let peak = 0
  const queue: (() => void)[] = []

  function subrequest(): void {
    made += 1
    if (made > SUBREQUESTS) throw new Error('Too many subrequests by single Worker invocation.')
  }

  async function connection(): Promise<void> {
    if (waiting < CONNECTIONS) waiting += 1
    // Whoever is answered hands its connection on.
    else await new Promise<void>((resolve) => queue.push(resolve))
    peak = Math.max(peak, waiting)
  }

  function answered(): void {
    const next = queue.shift()
    if (next) next()
    else waiting -= 1
  }

  return {
    async fetch(input: string | URL | Request, init?: RequestInit) {
      subrequest()
      await connection()
      try {
        return await answer(new Request(input as RequestInfo, init))
      } finally {
        answered()
      }
    },
    get peak() {
      return peak
    },
    get made() {
      return made
    },
    subrequest,
  }
}
