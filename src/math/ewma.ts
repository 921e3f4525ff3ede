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
  let average = 0
  let at = 0
  const weightOf = (now: number) => Math.exp(-Math.max(0, now - at) / tauMs)
  return {
    value: (now) => (average === 0 ? 0 : average * weightOf(now)),
    addPeak(sample, now) {
      const weight = weightOf(now)
      average = sample >= average * weight ? sample : average * weight + sample * (1 - weight)
      at = Math.max(at, now)
    },
  }
}
