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
  /**
   * Uses up all that is left, so that nobody retries what has failed: neither here nor, since the caller is charged and
   * told (`isExhausted`), above.
   */
  exhaust(): void
  readonly isExhausted: boolean
  /**
   * Ends the account when the answer goes out, and gives what it has cost: what was used, and what is still lent to a
   * call that nobody waited for. Nothing is taken or lent after.
   */
  close(): number
}

/** Retries lent to one attempt. */
export interface Loan {
  readonly amount: number
  /** Takes back what was not used. `used` beyond the amount counts as all of it; a second settlement is ignored. */
  settle(used: number): void
}

/** Grants `granted` retries (a whole number, 0 or more). */
export function allowance(granted: number): Allowance {
  let ceiling = granted
  let used = 0
  let lent = 0
  let isExhausted = false
  const left = () => Math.max(0, ceiling - used - lent)
  return {
    granted,
    get left() {
      return left()
    },
    get used() {
      return used
    },
    limit(total) {
      ceiling = Math.min(ceiling, total)
    },
    take() {
      if (left() < 1) return false
      used += 1
      return true
    },
    lend(keep) {
      const amount = Math.max(0, left() - keep)
      let isSettled = false
      lent += amount
      return {
        amount,
        settle(spent) {
          if (isSettled) return
          isSettled = true
          lent -= amount
          used += Math.min(amount, Math.max(0, spent))
        },
      }
    },
    exhaust() {
      used += left()
      isExhausted = true
    },
    get isExhausted() {
      return isExhausted
    },
    close() {
      ceiling = 0
      return used + lent
    },
  }
}
