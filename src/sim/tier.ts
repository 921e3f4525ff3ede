/** A service of isolates: each a real mesh with a handler that calls the next names. They are born, share the traffic and die. */
import type { Clock } from '../core/time/clock.ts'
import { sleep } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import { createMesh } from '../mesh/mesh.ts'
import type { Registry } from '../registry/registry.ts'
import { pathStart } from './address.ts'
import type { Contender } from './contender.ts'
import { drawMs, exponential, fork, normal } from './draw.ts'
import type { SharedLearning } from './fleet/shared-learning.ts'
import type { Destination, Fetch, Sent } from './network.ts'
import type { Tier } from './scenario.ts'
import { synchronousStorage } from './storage.ts'
import { SESSION, USER } from './users.ts'

export interface World {
  readonly registry: Registry
  readonly contender: Contender
  readonly clock: Clock
  readonly random: Random
  /** The network, as seen from an isolate. */
  readonly fetch: Fetch
  /** How the isolates hear of each other, where they do. */
  readonly shared?: SharedLearning | undefined
  /** Do users say who they are? Handlers pass it on. */
  readonly areKeyed: boolean
}

interface Isolate {
  readonly diesAt: number
  serve(request: Request): Promise<Response>
}

/** @param isEntrance whether it is called from outside: nobody there is believed. */
export function tier(given: Tier, isEntrance: boolean, world: World): Destination {
  const { clock, random } = world
  const { isolates, lifeMs, skew = 0 } = given
  const shares = cumulative(isolates, skew, random)
  // Born when it is first called, as isolates are; one that has died by then is followed by another.
  const alive: (Isolate | undefined)[] = new Array(isolates).fill(undefined)

  function born(): Isolate {
    const diesAt = lifeMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + exponential(lifeMs, random)
    return { diesAt, serve: serverOf(given, isEntrance, { ...world, random: fork(random) }) }
  }

  return function receive({ url, headers, signal, answer }: Sent) {
    const place = indexOf(shares, random.next())
    let isolate = alive[place]
    if (!isolate || isolate.diesAt <= clock.now()) alive[place] = isolate = born()
    const init: RequestInit = {}
    if (headers) init.headers = headers
    if (signal) init.signal = signal
    // A mesh answers, whatever happens: `rescue` waits for all that may be thrown.
    void isolate.serve(new Request(url, init)).then(answer)
  }
}

/** One isolate's mesh and handler. */
function serverOf({ calls, work = 1 }: Tier, isEntrance: boolean, world: World): Isolate['serve'] {
  const { registry, contender, clock, random, fetch, areKeyed, shared } = world
  const { attempt, ...strategies } = contender.rules?.(clock, random) ?? {}
  const storage = synchronousStorage()
  const mesh = createMesh({
    registry,
    ...shared,
    clock,
    random,
    storage,
    strategies,
    fetch: (attempt ? watched(fetch, attempt) : fetch) as typeof globalThis.fetch,
    sink: { span() {} },
    log: 'off',
  })
  const addresses = calls.map((name) => `http://${name}`)

  async function handle(request: Request): Promise<Response> {
    const context = storage.getStore()
    await sleep(clock, drawMs(work, random))
    const init = areKeyed ? { headers: ofUser(request.headers) } : undefined
    const path = request.url.slice(pathStart(request.url))
    return storage.run(context, () => call(path, init))
  }

  async function call(path: string, init: RequestInit | undefined): Promise<Response> {
    if (addresses.length === 1) return mesh.fetch(addresses[0] + path, init)
    const answers = await Promise.all(addresses.map((address) => mesh.fetch(address + path, init)))
    return answers.find(({ ok }) => !ok) ?? (answers[0] as Response)
  }

  const { fetch: serve } = mesh.serve({ fetch: handle }, { trust: () => !isEntrance })
  return async (request) => serve(request, {}, lifetime)
}

/** What a handler passes on. */
function ofUser(headers: Headers): Headers {
  const own = new Headers()
  for (const name of [USER, SESSION]) {
    const value = headers.get(name)
    if (value !== null) own.set(name, value)
  }
  return own
}

/** Nothing that is deferred is lost: an isolate outlives what it does. */
const lifetime = { waitUntil() {}, passThroughOnException() {} } as Partial<ExecutionContext> as ExecutionContext

/** Tells the rules of each attempt: what it is, and that it is over. */
function watched(fetch: Fetch, attempt: (number: number) => () => void): Fetch {
  return async function watched(url, init) {
    const over = attempt(Number(init.headers?.get('selvedge-attempt') ?? 1))
    try {
      return await fetch(url, init)
    } finally {
      over()
    }
  }
}

/** The upper end of each isolate's share of the traffic, up to 1. */
function cumulative(isolates: number, skew: number, random: Random): number[] {
  const weights = Array.from({ length: isolates }, () => (skew === 0 ? 1 : Math.exp(skew * normal(random))))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight) => {
    sum += weight / whole
    return sum
  })
}

function indexOf(shares: readonly number[], draw: number): number {
  let low = 0
  let high = shares.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (draw < (shares[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}
