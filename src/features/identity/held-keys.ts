/** Keys as an isolate holds them: fresh for a while, then served while they are read anew, and the last good ones while they cannot be. */
import { MeshError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { type Clock, sleep, within } from '../../core/time/clock.ts'
import type { KeySet } from '../../wire/key-set.ts'

/** On whose behalf keys are asked for. */
export interface KeyAsking {
  readonly clock: Clock
  /** Keeps work alive that outlives the request; `undefined` where nobody does: then who asks waits for the read. */
  readonly defer: ((work: Promise<unknown>) => void) | undefined
}

export interface HeldKeys {
  /** Without waiting. `undefined` where they must be read first. */
  known(asking: KeyAsking): KeySet | undefined
  /** @throws {MeshError} `trust_unavailable` where there are none, or none that are young enough. */
  find(asking: KeyAsking): Promise<KeySet>
  /** Read now, unless they are fresh; the last good ones where that fails. Who signs asks so: a key may have turned. */
  newest(asking: KeyAsking): Promise<KeySet>
  /**
   * Read once more, since a token names a key that is not among them: once in {@link HeldKeysOptions.againMs}, however that ends.
   *
   * @returns `isSure`: was that read lately? Then the key does not exist.
   */
  again(asking: KeyAsking): Promise<{ readonly keys: KeySet; readonly isSure: boolean }>
}

export interface KeysRead {
  readonly text: string
  /** Of an old copy: when it was read at its source, in milliseconds since the epoch. */
  readonly at?: number
  /** And why it is an old copy. */
  readonly fault?: string
}

export interface HeldKeysOptions {
  /** Where they stand, for messages. */
  readonly what: string
  /**
   * The text of the set, as it is now or was. It rejects where there is none.
   *
   * @param isAnew must it be newer than what was read before? A token names a key that was not among that.
   */
  read(asking: KeyAsking, isAnew: boolean): Promise<KeysRead>
  parse(text: string): KeySet
  /** For how long they are served without asking, in milliseconds. */
  readonly freshMs: number
  /** For how long the last good ones serve while they cannot be read, in milliseconds. */
  readonly maxStaleMs: number
  /** Between two reads for the sake of keys that are not among them, in milliseconds. */
  readonly againMs: number
  /** How long a read may take, in milliseconds. */
  readonly readMs: number
  /** For how long nobody tries again where a read has failed and there are no keys, in milliseconds. */
  readonly pauseMs: number
  readonly log: Log
}

/**
 * When one first looks whether another request has read them, in milliseconds, and each time after twice as long: a promise of that one
 * cannot be waited for.
 */
const LOOK_MS = 5

/** Keys that do not change while the Worker runs. */
export function fixedKeys(keys: KeySet): HeldKeys {
  const find = async () => keys
  return { known: () => keys, find, newest: find, again: async () => ({ keys, isSure: true }) }
}

export function heldKeys(options: HeldKeysOptions): HeldKeys {
  const { what, read, parse, freshMs, maxStaleMs, againMs, readMs, pauseMs, log } = options
  let held: { readonly keys: KeySet; readonly text: string } | undefined
  let goodAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let readingUntil = 0
  let fault: string | undefined

  const isFresh = (now: number) => fault === undefined && Math.abs(now - goodAt) < freshMs
  const isUsable = (now: number) => held !== undefined && now - goodAt <= maxStaleMs

  function known({ clock, defer }: KeyAsking): KeySet | undefined {
    const now = clock.now()
    if (!isUsable(now)) return undefined
    if (isFresh(now)) return held?.keys
    if (now >= readingUntil && now - triedAt >= freshMs) {
      if (!defer) return undefined
      defer(load({ clock, defer }))
    }
    return held?.keys
  }

  /** Never rejects: what is held tells how it ended. */
  async function load(asking: KeyAsking, isAnew = false): Promise<void> {
    const { clock } = asking
    const now = clock.now()
    triedAt = now
    readingUntil = now + readMs
    try {
      const late = () => new Error(`no answer within ${readMs} ms`)
      const { text, at, fault: of } = await within(clock, readMs, read(asking, isAnew), late)
      clock.turn?.()
      // The same text is the same keys: what was verified with them stays so.
      if (held?.text !== text) held = { keys: parse(text), text }
      goodAt = at ?? clock.now()
      if (of !== undefined) throw new Error(of)
      if (fault !== undefined) log({ level: 'warn', event: 'keys_back', key: what })
      fault = undefined
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      if (fault === undefined) log({ level: 'error', event: 'keys_lost', key: what, message })
      fault = message
    } finally {
      readingUntil = 0
    }
  }

  /** Reads, or waits for the one who does: a promise of another request cannot be waited for. */
  async function loaded(asking: KeyAsking, isAnew = false): Promise<void> {
    const { clock } = asking
    if (clock.now() >= readingUntil) return load(asking, isAnew)
    for (let ms = LOOK_MS; clock.now() < readingUntil; ms *= 2) {
      await sleep(clock, Math.min(ms, readingUntil - clock.now()))
      clock.turn?.()
    }
    // Whoever read them has left before there was an answer.
    if (!held && fault === undefined) await load(asking)
  }

  function keysNow(now: number): KeySet {
    if (held && isUsable(now)) return held.keys
    throw new MeshError(
      'trust_unavailable',
      `The keys of ${what} cannot be read: ${fault ?? 'nobody has read them yet'}.`,
    )
  }

  async function newest(asking: KeyAsking): Promise<KeySet> {
    const { clock } = asking
    const now = clock.now()
    const mustPause = fault !== undefined && now - triedAt < (held ? freshMs : pauseMs)
    if (!isFresh(now) && !mustPause) await loaded(asking)
    return keysNow(clock.now())
  }

  return {
    known,
    find: async (asking) => known(asking) ?? newest(asking),
    newest,
    async again(asking) {
      const { clock } = asking
      const now = clock.now()
      if (now - triedAt >= againMs || now < readingUntil) await loaded(asking, true)
      const at = clock.now()
      return { keys: keysNow(at), isSure: fault === undefined && at - goodAt < Math.max(freshMs, againMs) + readMs }
    },
  }
}
