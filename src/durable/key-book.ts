/** Public keys of those who may sign: kept by the object, shown in the KV namespace `TRUST`. There is one writer, so that no key is lost. */
import { MeshError } from '../core/errors.ts'
import { type Clock, within } from '../core/time/clock.ts'
import { SIGNS_AFTER_S, TOKENS_LIVE_S } from '../core/time/key-times.ts'
import type { Facts } from './ledger/facts.ts'
import type { KeptKey, WrittenKey } from './ledger/kept-key.ts'

export type KeyAnswer =
  | { readonly ok: true; readonly keys: readonly KeptKey[] }
  | {
      readonly ok: false
      readonly code: 'no_namespace' | 'unreadable' | 'other_key' | 'not_found' | 'too_early'
      readonly message: string
    }

/** The part of a KV namespace that is used. */
export interface KeyNamespace {
  get(key: string, options: { type: 'text' }): Promise<string | null>
  put(key: string, value: string): Promise<void>
}

export interface KeyBook {
  trustKeys(): Promise<KeyAnswer>
  /** Shows a key; a second time, it is shown again. It signs two minutes later. */
  publishKey(key: WrittenKey): Promise<KeyAnswer>
  /** Takes a key away, unless callers could be refused for that; `isForced`: even so. */
  retireKey(kid: string, isForced: boolean): Promise<KeyAnswer>
}

/** Where verifiers read them. */
const KEY = 'keys'
const WITHIN_MS = 5_000
const SINCE = 'selvedge:since'
const CALLERS = 'selvedge:callers'
const OVERRIDES = 'selvedge:overrides'

/** @param namespace `undefined`: nobody bound one, and every answer is no. */
export function keyBook(known: Facts, namespace: KeyNamespace | undefined, clock: Clock): KeyBook {
  let underway: Promise<unknown> = Promise.resolve()

  /** One after the other: KV knows no order. */
  function inTurn(work: (keys: readonly KeptKey[], to: KeyNamespace) => KeyAnswer | Promise<KeyAnswer>) {
    const done = underway.then(async (): Promise<KeyAnswer> => {
      if (!namespace) return NO_NAMESPACE
      const keys = await kept(namespace)
      return keys ? work(keys, namespace) : UNREADABLE
    })
    underway = done.catch(() => {})
    return done
  }

  /** What the object keeps; the first time, what somebody wrote into KV by hand: `undefined` where that is no key set. */
  async function kept(from: KeyNamespace): Promise<readonly KeptKey[] | undefined> {
    const before = known.get('trustKeys')
    if (before) return before
    const text = await inTime(from.get(KEY, { type: 'text' }))
    return text === null ? [] : keysIn(text)
  }

  async function show(to: KeyNamespace, keys: readonly KeptKey[]): Promise<KeyAnswer> {
    const shown = keys.map(({ jwk, since }) => ({ ...jwk, ...(since > 0 && { [SINCE]: since }) }))
    await inTime(to.put(KEY, JSON.stringify({ keys: shown })))
    const now = keys.map((key) => ({ ...key, isShown: true }))
    known.set('trustKeys', now)
    return { ok: true, keys: now }
  }

  /** KV is not waited for without end, and what it says of itself is no answer to whoever asked. */
  async function inTime<Of>(work: Promise<Of>): Promise<Of> {
    const unavailable = (why: unknown) =>
      new MeshError('registry_unavailable', `The namespace TRUST could not be asked: ${why}. Say it again.`, {
        retryAfterMs: 1_000,
      })
    return within(clock, WITHIN_MS, work, () => unavailable('no answer in time')).catch((error) => {
      throw error instanceof MeshError ? error : unavailable(error instanceof Error ? error.message : error)
    })
  }

  const nowS = () => Math.floor(clock.now() / 1000)
  /** What KV may not have taken yet is as new as the write that shows it. */
  const renewed = (keys: readonly KeptKey[]) => keys.map((key) => (key.isShown ? key : { ...key, since: nowS() }))

  return {
    trustKeys: () => inTurn((keys) => ({ ok: true, keys })),
    publishKey: (jwk) =>
      inTurn((keys, to) => {
        const before = keys.find((key) => key.jwk.kid === jwk.kid)
        if (before && !isSame(before.jwk, jwk)) {
          return {
            ok: false,
            code: 'other_key',
            message: `"${jwk.kid}" is another key already: a new one has a name of its own.`,
          }
        }
        const others = renewed(keys.filter((key) => key !== before))
        // What it may say can be edited; a key that verifiers have does not wait again.
        const since = before?.isShown ? before.since : nowS()
        const all = [...others, { jwk, since, isShown: before?.isShown ?? false }]
        // Kept before it is shown: what KV has taken without saying so is not forgotten.
        known.set('trustKeys', all)
        return show(to, all)
      }),
    retireKey: (kid, isForced) =>
      inTurn((keys, to) => {
        const gone = keys.find(({ jwk }) => jwk.kid === kid)
        if (!gone) return { ok: false, code: 'not_found', message: `No key is called "${kid}".` }
        const others = keys.filter((key) => key !== gone)
        const early = isForced ? undefined : tooEarly(gone, others, nowS())
        // Kept until KV has let go of it: where that fails, whoever says it again finds it.
        return early ?? show(to, renewed(others))
      }),
  }
}

const NO_NAMESPACE = {
  ok: false,
  code: 'no_namespace',
  message: 'No KV namespace is bound as TRUST here: keys that stand in MESH_TRUST change by a deploy.',
} as const

const UNREADABLE = {
  ok: false,
  code: 'unreadable',
  message: `What stands under "${KEY}" in the namespace TRUST is no key set: correct it, or delete it, by hand.`,
} as const

function keysIn(text: string): KeptKey[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { readonly keys: readonly WrittenKey[] }
    const isRead = keys.every(
      (key) => typeof key.kid === 'string' && areNames(key[CALLERS]) && areNames(key[OVERRIDES]),
    )
    if (!isRead) return undefined
    return keys.map(({ [SINCE]: since, ...jwk }) => {
      return { jwk: jwk as WrittenKey, since: typeof since === 'number' ? since : 0, isShown: true }
    })
  } catch {
    return undefined
  }
}

function areNames(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((name) => typeof name === 'string'))
}

/** Is there a key that has signed in its place for as long as its own tokens live? */
function tooEarly(gone: KeptKey, others: readonly KeptKey[], nowS: number): KeyAnswer | undefined {
  // What only swaps names, nobody waits for.
  if (gone.jwk[OVERRIDES] !== undefined && gone.jwk[CALLERS] === undefined) return undefined
  const waitS = SIGNS_AFTER_S + TOKENS_LIVE_S
  const instead = others.filter(({ jwk, isShown }) => isShown && isInstead(jwk, gone.jwk))
  const oldest = Math.min(...instead.map(({ since }) => since))
  if (nowS - oldest >= waitS) return undefined
  const { kid } = gone.jwk
  const message =
    instead.length === 0
      ? `No other key speaks for those that "${kid}" speaks for: publish one first.`
      : `Tokens of "${kid}" may still be under way: retire it in ${Math.ceil(oldest + waitS - nowS)} s.`
  return { ok: false, code: 'too_early', message }
}

/** Does it speak for all that the other speaks for? */
function isInstead(jwk: WrittenKey, other: WrittenKey): boolean {
  const callers = jwk[CALLERS] as readonly string[] | undefined
  if (callers === undefined) return jwk[OVERRIDES] === undefined
  const theirs = other[CALLERS] as readonly string[] | undefined
  return theirs?.every((name) => callers.includes(name)) ?? false
}

/** The members that make the key. What it may say is no part of it. */
function isSame(one: WrittenKey, other: WrittenKey): boolean {
  return ['kty', 'crv', 'alg', 'x', 'y', 'n', 'e'].every((member) => one[member] === other[member])
}
