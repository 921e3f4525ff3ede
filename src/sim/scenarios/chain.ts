/** Hops above a leaf: `a` calls `b`, and so on, and the last hop calls `leaf`. */
import type { WrittenPolicy } from '../../record/fields.ts'
import type { BackendEndpoint, Scenario, Tier } from '../scenario.ts'

export interface ChainOptions {
  /** Hops that retry. Default 3. */
  hops?: number
  /** Isolates of each. Default 200. */
  isolates?: number
  /** How long one lives, in milliseconds. Default: through the whole run. */
  lifeMs?: number
  /** How unequal their shares of the traffic are. Default 0. */
  skew?: number
  /** Users a second. Default 1000: 5 for each isolate of a hop. */
  perSecond?: number
  /** The second hop is two services that the first calls at once, and both call the third. Default: it is one. */
  isDiamond?: boolean
  leaf?: Partial<BackendEndpoint>
}

/** Half as much again as the users need, and a queue of 2 s of it. */
const HEADROOM = 1.5
const QUEUE_MS = 2000
/** What every hop allows: 1 s an attempt, and as long as the users wait in all. */
const policy: WrittenPolicy = { timeouts: { request: '3s', backendRequest: '1s' } }

/** Users and services. */
export function chain(options: ChainOptions = {}): Pick<Scenario, 'users' | 'services' | 'leaf'> {
  const { hops = 3, isolates = 200, lifeMs, skew = 0, perSecond = 1000, isDiamond = false } = options
  const names = Array.from({ length: hops }, (_, index) => {
    const name = String.fromCharCode('a'.charCodeAt(0) + index)
    return isDiamond && index === 1 ? [`${name}1`, `${name}2`] : [name]
  })
  const tiers = names.flatMap((alike, index) =>
    alike.map((name): [string, Tier] => [
      name,
      { isolates, skew, policy, calls: names[index + 1] ?? ['leaf'], ...(lifeMs === undefined ? {} : { lifeMs }) },
    ]),
  )
  const leaf = {
    latency: { medianMs: 20, sigma: 0.4 },
    capacity: perSecond * (isDiamond ? 2 : 1) * HEADROOM,
    queueMs: QUEUE_MS,
    ...options.leaf,
  }
  return {
    users: { perSecond, call: 'a', withinMs: 3000 },
    services: { ...Object.fromEntries(tiers), leaf: { endpoints: [leaf], policy } },
    leaf: 'leaf',
  }
}
