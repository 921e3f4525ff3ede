/** Reads the headers of an answer in one pass. Every call into a Headers crosses into the platform, so there is no second one. */
import { CONTENT_TYPE } from '../headers.ts'
import { CONNECTION, HOP_BY_HOP, nominated } from '../hop-by-hop.ts'
import { fateOf, RETRIES_USED } from './fates.ts'

export interface Seen {
  /** Headers that must not travel on: of one connection, or the mesh's own. Most answers of plain Workers have none. */
  readonly stopped: readonly string[]
  /** The value of `selvedge-retries-used`, as it was written. */
  readonly retriesUsed: string | null
  /** Can the body end at any time: an event stream, or chunks without a length that are not compressed? */
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
  stopped = NONE
  retriesUsed: string | null = null
  private isStream = false
  private isBounded = false

  get isOpenEnded(): boolean {
    return this.isStream && !this.isBounded
  }

  at(value: string, name: string): void {
    if (HOP_BY_HOP.has(name)) {
      this.stop(name)
      if (name === CONNECTION) for (const other of nominated(value)) this.stop(other)
      if (name === 'transfer-encoding') this.isStream = true
    } else if (name === CONTENT_TYPE) this.isStream ||= value.startsWith('text/event-stream')
    else if (name === 'content-length' || name === 'content-encoding') this.isBounded = true
    else if (fateOf(name) !== 'kept') {
      this.stop(name)
      if (name === RETRIES_USED) this.retriesUsed = value
    }
  }

  private stop(name: string): void {
    this.stopped = [...this.stopped, name]
  }
}
