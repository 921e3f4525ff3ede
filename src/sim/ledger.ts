/** What happened, counted by the second. */

export interface Ledger {
  /** A user came at `at`, and was answered (or gave up) after `tookMs`. */
  user(at: number, tookMs: number, isServed: boolean): void
  /** An attempt reached an endpoint of the leaf, on behalf of a user who says who it is. */
  attempt(at: number, endpoint: number, user?: string | null): void
  /** Users who came in each second. */
  readonly came: readonly number[]
  /** Those of them who were served in time. */
  readonly served: readonly number[]
  /** Attempts that reached the leaf in each second. */
  readonly load: readonly number[]
  /** By endpoint of the leaf, attempts in each second. */
  readonly loadOf: readonly (readonly number[])[]
  /** Milliseconds each user waited who came in a second; `Infinity` for one who was not served. */
  readonly waits: readonly (readonly number[])[]
  /** Where each user who says who it is has been, in order. */
  readonly visits: ReadonlyMap<string, readonly Visit[]>
}

export interface Visit {
  readonly at: number
  readonly endpoint: number
}

export function ledger(seconds: number, endpoints: number): Ledger {
  const zeros = () => new Array<number>(seconds).fill(0)
  const came = zeros()
  const served = zeros()
  const load = zeros()
  const loadOf = Array.from({ length: endpoints }, zeros)
  const waits: number[][] = Array.from({ length: seconds }, () => [])
  const visits = new Map<string, Visit[]>()
  const secondOf = (at: number) => Math.floor(at / 1000)
  const count = (sums: number[] | undefined, second: number) => {
    if (sums && second < sums.length) sums[second] = (sums[second] as number) + 1
  }
  return {
    user(at, tookMs, isServed) {
      const second = secondOf(at)
      count(came, second)
      if (isServed) count(served, second)
      waits[second]?.push(isServed ? tookMs : Number.POSITIVE_INFINITY)
    },
    attempt(at, endpoint, user) {
      const second = secondOf(at)
      count(load, second)
      count(loadOf[endpoint], second)
      if (!user) return
      const before = visits.get(user)
      if (before) before.push({ at, endpoint })
      else visits.set(user, [{ at, endpoint }])
    },
    came,
    served,
    load,
    loadOf,
    waits,
    visits,
  }
}
