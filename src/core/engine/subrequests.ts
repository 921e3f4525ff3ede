/** What one invocation may ask of the platform: so many subrequests in all, and so many connections at once. */

/** Connections of one invocation that may wait for response headers at once; the next one queues (Workers limits). */
const CONNECTIONS = 6

/** Counted for one request, and for everything done on its behalf. It dies with the request. */
export interface Subrequests {
  /** How many may still be made. */
  readonly left: number
  /** Connections that could be opened now without waiting for another to be answered. */
  readonly freeConnections: number
  /** Counts `count` of them. False, and nothing is counted, where fewer are left. */
  take(count: number): boolean
  /** A connection is opened. The function it gives is called, once, when the response headers are there or will not come. */
  connect(): () => void
}

/** @param most how many may be made in all. */
export function subrequests(most: number): Subrequests {
  return new Counted(most)
}

class Counted implements Subrequests {
  left: number
  private waiting = 0

  constructor(most: number) {
    this.left = most
  }

  get freeConnections(): number {
    return Math.max(0, CONNECTIONS - this.waiting)
  }

  take(count: number): boolean {
    if (this.left < count) return false
    this.left -= count
    return true
  }

  connect(): () => void {
    this.waiting += 1
    return () => {
      this.waiting -= 1
    }
  }
}
