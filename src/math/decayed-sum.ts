/** A sum that forgets: what was added counts half after one half-life, a quarter after two. */

export interface DecayedSum {
  /** Adds an amount; one below 0 takes out again, and the sum never falls below 0. */
  add(amount: number, now: number): void
  /** The sum now. Reading changes nothing. */
  value(now: number): number
}

/** @param halfLifeMs in milliseconds, above 0. */
export function decayedSum(halfLifeMs: number): DecayedSum {
  return new Halving(halfLifeMs)
}

class Halving implements DecayedSum {
  private readonly halfLifeMs: number
  private sum = 0
  private at = 0

  constructor(halfLifeMs: number) {
    this.halfLifeMs = halfLifeMs
  }

  add(amount: number, now: number): void {
    this.sum = Math.max(0, this.value(now) + amount)
    this.at = Math.max(this.at, now)
  }

  /** A clock that steps back finds everything as it was. */
  value(now: number): number {
    return this.sum === 0 ? 0 : this.sum * 2 ** (Math.min(0, this.at - now) / this.halfLifeMs)
  }
}
