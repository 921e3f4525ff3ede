/** Tells cold attempts from warm ones, at places that go to sleep when nobody calls them. */

export interface Warmth {
  /** A request is sent: will it have to wait until the place has woken? */
  isCold(now: number): boolean
  /** A request that was sent has come to an end, good or bad: whoever comes next finds it awake. */
  end(now: number): void
}

/**
 * Milliseconds after which a place is believed to have gone to sleep. AWS says only that idle environments are kept for
 * some time, and 5 to 7 minutes are measured; Cloud Run keeps idle instances for up to 15. Other isolates may have kept it
 * awake: then one sample is lost, which is better than a wrong one.
 */
const PAUSE_MS = 300_000
/** Milliseconds that waking up may take: the limit of Lambda's init phase. What is slow for longer is slow. */
const WAKING_MS = 10_000

/** Of a place that has not been called yet. */
export function warmth(): Warmth {
  return new LastUse()
}

class LastUse implements Warmth {
  private endedAt = Number.NEGATIVE_INFINITY
  private wokenAt = Number.NEGATIVE_INFINITY

  isCold(now: number): boolean {
    if (now - this.endedAt < PAUSE_MS) return false
    // All that come before one is back find it asleep, too; but one that never comes back does not excuse the others for ever.
    if (now - this.wokenAt >= PAUSE_MS) this.wokenAt = now
    return now - this.wokenAt < WAKING_MS
  }

  end(now: number): void {
    this.endedAt = now
  }
}
