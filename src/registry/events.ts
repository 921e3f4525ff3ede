/** Looks up who gets the events of a type: all keys that match count. Kept in this isolate; the last good ones serve. */
import { type Log, silent } from '../core/log.ts'
import { lru } from '../core/lru.ts'
import { eventKeys } from '../record/events/event-key.ts'
import { type Subscription, subscriptionsParser } from '../record/events/subscriptions.ts'
import type { Asking } from './asking.ts'
import { reader } from './reader.ts'
import type { Entry, Registry } from './registry.ts'

export interface SubscribersOptions {
  /** How long what was read serves without reading the registry again, in milliseconds. */
  readonly freshMs: number
  /** How long the last good subscriptions serve while the registry fails, or its newest are not understood, in milliseconds. */
  readonly maxStaleMs: number
  /** The timeout of a read, in milliseconds. */
  readonly readMs: number
  /** How many keys are kept. The least recently used are evicted first. */
  readonly maxRecords: number
  readonly log?: Log
}

export interface Subscriber {
  /** The registry key of the subscription. */
  readonly key: string
  readonly subscription: Subscription
}

export interface Subscribers {
  /** Of two with one id that of the more specific key. */
  readonly all: readonly Subscriber[]
  /** Keys whose subscriptions are not understood, and of which none serve. */
  readonly refused: readonly { readonly key: string; readonly why: string }[]
}

/** What is known of a key. */
interface Kept {
  /** The number of the read that brought it. Reads are numbered when they begin. */
  readonly order: number
  /** When it was last asked for, whatever came. */
  readonly readAt: number
  readonly text: string | undefined
  /** `undefined` where none ever were understood. */
  readonly subscriptions: readonly Subscription[] | undefined
  /** When the registry last confirmed them. */
  readonly goodAt: number
  /** Why the newest were refused. */
  readonly refused: string | undefined
}

/** @throws {MeshError} what a read throws (`reader.ts`), where nothing is known that may serve. */
export function subscribers(registry: Registry, options: SubscribersOptions) {
  const { freshMs, maxStaleMs, readMs, maxRecords, log = silent } = options
  const known = lru<string, Kept>(Math.max(maxRecords, LEAST_KEPT))
  const parse = subscriptionsParser()
  const read = reader(registry, readMs, log)
  let reads = 0

  return async function find(type: string, asking: Asking): Promise<Subscribers> {
    const keys = eventKeys(type)
    const isFresh = (key: string) =>
      Math.abs(asking.clock.now() - (known.get(key)?.readAt ?? Number.NEGATIVE_INFINITY)) < freshMs
    if (!keys.every(isFresh)) await load(keys, asking)
    return told(keys, asking.clock.now())
  }

  async function load(keys: readonly string[], asking: Asking): Promise<void> {
    const { clock } = asking
    const order = ++reads
    try {
      const entries = await read(keys, 'who wants an event', asking)
      for (const [index, key] of keys.entries()) learn(key, entries[index], order, clock.now())
    } catch (error) {
      clock.turn?.()
      const now = clock.now()
      const isServed = (key: string) => now - (known.get(key)?.goodAt ?? Number.NEGATIVE_INFINITY) <= maxStaleMs
      if (!keys.every(isServed)) throw error
      // It is asked again when these are no longer fresh: not by each event.
      for (const key of keys) known.set(key, { ...(known.get(key) as Kept), readAt: now })
    }
  }

  function learn(key: string, entry: Entry | undefined, order: number, now: number): void {
    const before = known.get(key)
    if (before && before.order > order) return
    const text = entry?.text
    const seen = { order, readAt: now, text }
    if (before && before.text === text && before.refused === undefined) {
      known.set(key, { ...before, ...seen, goodAt: now })
      return
    }
    try {
      const subscriptions = text === undefined ? [] : parse(text).subscriptions
      if (before?.refused !== undefined)
        log({ level: 'warn', event: 'record_accepted', key, revision: entry?.revision })
      known.set(key, { ...seen, subscriptions, goodAt: now, refused: undefined })
    } catch (error) {
      const refused = error instanceof Error ? error.message : String(error)
      if (before?.refused !== refused)
        log({ level: 'error', event: 'record_refused', key, revision: entry?.revision, message: `${key}: ${refused}` })
      known.set(key, {
        ...seen,
        subscriptions: before?.subscriptions,
        goodAt: before?.goodAt ?? Number.NEGATIVE_INFINITY,
        refused,
      })
    }
  }

  function told(keys: readonly string[], now: number): Subscribers {
    const all = new Map<string, Subscriber>()
    const refused: { key: string; why: string }[] = []
    for (const key of keys) {
      const { subscriptions, goodAt, refused: why } = known.get(key) ?? NOTHING
      if (why !== undefined && now - goodAt > maxStaleMs) {
        refused.push({ key, why })
        continue
      }
      for (const subscription of subscriptions ?? []) {
        if (!all.has(subscription.id)) all.set(subscription.id, { key, subscription })
      }
    }
    return { all: [...all.values()], refused }
  }
}

/** All keys of one type are kept while it is looked up. */
const LEAST_KEPT = 100

const NOTHING = { subscriptions: undefined, goodAt: Number.NEGATIVE_INFINITY, refused: undefined }
