/**
 * An allowance: how many retries a call and everything beneath it may spend.
 *
 * It travels in the request and is settled in the response, so that the calls at the end of a chain never exceed
 * 1 + allowance, however many hops retry and however many isolates serve them.
 */
export interface Allowance {
  /** Retries granted in all. */
  readonly granted: number
  /** Retries that may still be spent here or lent downstream. */
  readonly left: number
  /** Retries spent so far, here and beneath. */
  readonly used: number
  /** Lowers what is left so that no more than `total` are ever used in all. */
  limit(total: number): void
  /** Spends one retry here. False when there is none. */
  take(): boolean
  /**
   * Lends retries to an attempt: all that are left, but for `keep` of them. The lender settles what it lent once,
   * with what the attempt says it used.
   */
  lend(keep: number): Loan
}

/** Retries lent to one attempt. */
export interface Loan {
  readonly amount: number
  /** Takes back what was not used. `used` beyond the amount counts as all of it; a second settlement is ignored. */
  settle(used: number): void
}

/** Grants `granted` retries (a whole number, 0 or more). */
export function allowance(granted: number): Allowance {
  let left = granted
  let used = 0
  return {
    granted,
    get left() {
      return left
    },
    get used() {
      return used
    },
    limit(total) {
      left = Math.max(0, Math.min(left, total - used))
    },
    take() {
      if (left < 1) return false
      left -= 1
      used += 1
      return true
    },
    lend(keep) {
      const amount = Math.max(0, left - keep)
      let settled = false
      left -= amount
      return {
        amount,
        settle(spent) {
          if (settled) return
          settled = true
          const charged = Math.min(amount, Math.max(0, spent))
          used += charged
          left += amount - charged
        },
      }
    },
  }
}
