/** An average that forgets: each sample weighs less the longer ago it came. */

export interface Ewma {
  /** The average now. It decays towards 0 while nothing is added. Reading changes nothing. */
  value(now: number): number
  /**
   * Adds a sample. One above the decayed average replaces it at once; one below moves it by what time has passed
   * (linkerd2-proxy, `linkerd/ewma`: the comparison is with the decayed value, so that results do not depend on how
   * often anybody looks).
   */
  addPeak(sample: number, now: number): void
}

/** @param tauMs time constant in milliseconds, above 0: after `tauMs` a value has fallen to 37 %. */
export function ewma(tauMs: number): Ewma {
  return new DecayedMean(tauMs)
}

// A class, since there are three for each of ten thousand services: closures would weigh four times as much.
class DecayedMean implements Ewma {
  private readonly tauMs: number
  private average = 0
  private at = 0

  constructor(tauMs: number) {
    this.tauMs = tauMs
  }

  value(now: number): number {
    return this.average === 0 ? 0 : this.average * this.weight(now)
  }

  addPeak(sample: number, now: number): void {
    const weight = this.weight(now)
    const decayed = this.average * weight
    this.average = sample >= decayed ? sample : decayed + sample * (1 - weight)
    this.at = Math.max(this.at, now)
  }

  private weight(now: number): number {
    return Math.exp(-Math.max(0, now - this.at) / this.tauMs)
  }
}
