/**
 * An allowance: how many retries a call may use, at this hop and at all hops beneath.
 *
 * It is sent with the request. The answer says how much of it was used: that is to settle it. So one request reaches the end
 * of a chain at most 1 + allowance times, however many hops retry.
 */
export interface Allowance {
  /** Retries granted by the caller, or by the record. */
  readonly granted: number
  /** Retries that can still be used here, or lent to an attempt. */
  readonly left: number
  /** Retries used so far, here and beneath. */
  readonly used: number
  /** Lowers the allowance: no more than `total` retries are used. */
  limit(total: number): void
  /** Uses one retry here. False where none is left. */
  take(): boolean
  /**
   * Lends retries to an attempt: all that are left, except `keep`. They cannot be used here until the loan is settled.
   */
  lend(keep: number): Loan
  /**
   * Uses up what is left, so that nobody retries the failed call. Not this hop, and not the hops above: their allowance is
   * charged, and the answer tells them (`isExhausted`).
   */
  exhaust(): void
  readonly isExhausted: boolean
  /**
   * Closes the account when the answer is sent. Returns what was used, and what is still lent to calls that the handler did
   * not wait for. Afterwards nothing can be used or lent.
   */
  close(): number
}

/** Retries lent to one attempt. */
export interface Loan {
  readonly amount: number
  /** Gives back what was not used. `used` is at most the amount. Only the first settlement counts. */
  settle(used: number): void
}

/** Grants `granted` retries (a whole number, 0 or more). */
export function allowance(granted: number): Allowance {
  return new Account(granted)
}

// Classes: `core/engine/cancellation.ts` says why.
class Account implements Allowance {
  readonly granted: number
  used = 0
  isExhausted = false
  private ceiling: number
  private lent = 0

  constructor(granted: number) {
    this.granted = granted
    this.ceiling = granted
  }

  get left(): number {
    return Math.max(0, this.ceiling - this.used - this.lent)
  }

  limit(total: number): void {
    this.ceiling = Math.min(this.ceiling, total)
  }

  take(): boolean {
    if (this.left < 1) return false
    this.used += 1
    return true
  }

  lend(keep: number): Loan {
    const amount = Math.max(0, this.left - keep)
    this.lent += amount
    return new Lent(this, amount)
  }

  takeBack(amount: number, used: number): void {
    this.lent -= amount
    this.used += Math.min(amount, Math.max(0, used))
  }

  exhaust(): void {
    this.used += this.left
    this.isExhausted = true
  }

  close(): number {
    this.ceiling = 0
    return this.used + this.lent
  }
}

class Lent implements Loan {
  readonly amount: number
  private lender: Account | undefined

  constructor(lender: Account, amount: number) {
    this.lender = lender
    this.amount = amount
  }

  settle(used: number): void {
    const { lender } = this
    this.lender = undefined
    lender?.takeBack(this.amount, used)
  }
}
