/** How many bodies each caller is in the middle of sending, in one isolate. */
import { type Lru, lru } from '../../core/lru.ts'

export interface Senders {
  /** One more of this sender; gives what ends it. `undefined` where it has as many as it may. */
  start(sender: string, now: number, expiresAt: number): (() => void) | undefined
}

/** Of one caller, or one address: as many as may be in flight to an endpoint. */
export const MOST_UPLOADS = 64
/** Senders remembered, those heard of last. */
const SENDERS = 1000

/** On Workers the handler of a client that left stops dead: what was not ended by then is forgotten when it expires. */
export function senders(): Senders {
  const uploads: Lru<string, readonly { readonly expiresAt: number }[]> = lru(SENDERS)
  const of = (sender: string) => uploads.get(sender) ?? []
  return {
    start(sender, now, expiresAt) {
      const mine = of(sender).filter((upload) => upload.expiresAt > now)
      if (mine.length >= MOST_UPLOADS) return undefined
      const upload = { expiresAt }
      uploads.set(sender, [...mine, upload])
      return () =>
        uploads.set(
          sender,
          of(sender).filter((other) => other !== upload),
        )
    },
  }
}
