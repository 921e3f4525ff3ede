/** A count of operations on KV: a turn makes no more than this many, so that it stays within any plan's limits. */

export interface Operations {
  readonly left: number
  /** Is there one more? If so, it is taken. */
  take(): boolean
}

/** Operations of one turn. The free plan allows 50 subrequests for an invocation; the rest is the caller's. */
export const OPERATIONS_A_TURN = 40

export function operations(left = OPERATIONS_A_TURN): Operations {
  let rest = left
  return {
    get left() {
      return rest
    },
    take() {
      if (rest < 1) return false
      rest -= 1
      return true
    },
  }
}
