/** Users: they come at random, however the system fares, and leave when their time has passed. */
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import { addressOf } from './address.ts'
import { exponential } from './draw.ts'
import type { Ledger } from './ledger.ts'
import type { Fetch } from './network.ts'
import type { Scenario } from './scenario.ts'

/** Says who a user is. */
export const USER = 'x-user'
/** What a user is given, and brings back. */
export const SESSION = 'x-session'

/** Lets them come from now on. */
export function users(scenario: Scenario, fetch: Fetch, book: Ledger, clock: Clock, random: Random): void {
  const { perSecond, call, withinMs, keys, paths, others } = scenario.users
  const url = addressOf(call)
  const sessions = new Map<string, string>()
  const waiting = new Set<string>()

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
    const other = others && otherPath(others)
    const path = other ?? (paths ? (paths[Math.floor(random.next() * paths.length)] as string) : '/')
    const tell = (tookMs: number, isServed: boolean) => {
      if (other === undefined) book.user(at, tookMs, isServed)
    }
    const user = keys === undefined ? undefined : anyOf(keys)
    const leave = clock.after(withinMs, () => {
      if (user) waiting.delete(user)
      tell(withinMs, false)
    })
    const answered = ({ ok, headers }: Response) => {
      const tookMs = clock.now() - at
      if (tookMs >= withinMs) return
      leave()
      if (user) waiting.delete(user)
      tell(tookMs, ok)
      const session = user && headers.get(SESSION)
      if (session) sessions.set(user, session)
    }
    const headers = new Headers({ 'selvedge-timeout-ms': String(withinMs) })
    if (user) headers.set(USER, user)
    const session = user && sessions.get(user)
    if (session) headers.set(SESSION, session)
    fetch(url + path.slice(1), { headers }).then(answered, leave)
  }

  function otherPath(shares: Readonly<Record<string, number>>): string | undefined {
    let draw = random.next()
    for (const [path, share] of Object.entries(shares)) {
      if (draw < share) return path
      draw -= share
    }
    return undefined
  }

  /** One of so many, who does not wait for an answer: nobody asks twice at a time, unless everybody waits. */
  function anyOf(count: number): string {
    const drawn = Math.floor(random.next() * count)
    for (let step = 0; step < count; step++) {
      const user = `user-${(drawn + step) % count}`
      if (waiting.has(user)) continue
      waiting.add(user)
      return user
    }
    return `user-${drawn}`
  }

  next()
}
