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
