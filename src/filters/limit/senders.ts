/** How many bodies each caller is in the middle of sending, in one isolate. */

export interface Senders {
  /** One more of this sender; gives what ends it. `undefined` where it has as many as it may. */
  start(sender: string, now: number, expiresAt: number): (() => void) | undefined
}

/** Of one caller, or one address: as many as may be in flight to an endpoint. */
export const MOST_UPLOADS = 64
/** Senders among whom those are looked for that ended without a word. */
const MANY = 1000

/** On Workers the handler of a client that left stops dead: what was not ended by then is forgotten when it expires. */
export function senders(): Senders {
  const uploads = new Map<string, { readonly expiresAt: number }[]>()

  function alive(sender: string, now: number) {
    const left = (uploads.get(sender) ?? []).filter(({ expiresAt }) => expiresAt > now)
    if (left.length > 0) uploads.set(sender, left)
    else uploads.delete(sender)
    return left
  }

  return {
    start(sender, now, expiresAt) {
      if (uploads.size > MANY) for (const other of [...uploads.keys()]) alive(other, now)
      const mine = alive(sender, now)
      if (mine.length >= MOST_UPLOADS) return undefined
      const upload = { expiresAt }
      uploads.set(sender, [...mine, upload])
      return () => {
        const left = uploads.get(sender)?.filter((other) => other !== upload) ?? []
        if (left.length > 0) uploads.set(sender, left)
        else uploads.delete(sender)
      }
    },
  }
}
