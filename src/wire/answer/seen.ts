/** The headers of an answer: what the mesh must know of them. Looked through once. */
import { CONTENT_TYPE, RETRIES_USED } from '../headers.ts'
import { CONNECTION, HOP_BY_HOP, nominated } from '../hop-by-hop.ts'

/** What was seen of an answer's headers. Each look into a Headers crosses into the platform, so this is the only one. */
export interface Seen {
  /** Those that must not travel on: none, for most answers of another Worker. */
  readonly hopByHop: readonly string[]
  /** Of how many retries it says that they were used. */
  readonly retriesUsed: string | null
  /** Does its body end when the sender likes: an event stream, or chunks that say no length and are not compressed? */
  readonly isOpenEnded: boolean
}

/** @param headers of an answer that came over the network. */
export function seen(headers: Headers): Seen {
  const look = new Look()
  headers.forEach(look.at, look)
  return look
}

const NONE: readonly string[] = []

class Look implements Seen {
  hopByHop = NONE
  retriesUsed: string | null = null
  private isStream = false
  private isBounded = false

  get isOpenEnded(): boolean {
    return this.isStream && !this.isBounded
  }

  at(value: string, name: string): void {
    if (HOP_BY_HOP.has(name)) {
      const more = name === CONNECTION ? nominated(value) : NONE
      this.hopByHop = [...this.hopByHop, name, ...more]
      if (name === 'transfer-encoding') this.isStream = true
    } else if (name === RETRIES_USED) this.retriesUsed = value
    else if (name === CONTENT_TYPE) this.isStream ||= value.startsWith('text/event-stream')
    else if (name === 'content-length' || name === 'content-encoding') this.isBounded = true
  }
}
