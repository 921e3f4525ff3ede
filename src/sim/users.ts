/** Users: they come at random, however the system fares, and leave when their time has passed. */
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import { addressOf } from './address.ts'
import { exponential } from './draw.ts'
import type { Ledger } from './ledger.ts'
import type { Fetch } from './network.ts'
import type { Scenario } from './scenario.ts'

/** Lets them come from now on. */
export function users(scenario: Scenario, fetch: Fetch, book: Ledger, clock: Clock, random: Random): void {
  const { perSecond, call, withinMs } = scenario.users
  const url = addressOf(call)

  function next(): void {
    clock.after(exponential(1000 / perSecond, random), come)
  }

  function come(): void {
    if (clock.now() >= scenario.durationMs) return
    ask()
    next()
  }

  function ask(): void {
    const at = clock.now()
    const leave = clock.after(withinMs, () => book.user(at, withinMs, false))
    const answered = ({ ok }: Response) => {
      const tookMs = clock.now() - at
      if (tookMs >= withinMs) return
      leave()
      book.user(at, tookMs, ok)
    }
    const headers = new Headers({ 'selvedge-timeout-ms': String(withinMs) })
    fetch(url, { headers }).then(answered, leave)
  }

  next()
}
