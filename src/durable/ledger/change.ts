/** A change as it is asked for, and why it may be refused before anything is compared. */

import type { Difference } from '../../record/difference.ts'
import { keyOf } from '../../registry/keys.ts'
import { isKept } from '../records.ts'
import type { Revision } from './revision.ts'
import { byteLength } from './stamp.ts'

/** The state that the writer has seen: a revision of the name, or that there is none. */
export type Condition = { readonly ifMatch: number } | { readonly ifNoneMatch: '*' }

export interface Change {
  readonly name: string
  /** A record as in KV; `null` deletes it. */
  readonly text: string | null
  readonly condition: Condition
}

export interface By {
  /** The name of the token; `null` where nobody knows. */
  readonly author: string | null
  /** 256 bytes at most. Default: none. */
  readonly message?: string | undefined
}

export interface Issue {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Says what is wrong with a record, nothing where it may be written. */
export type Validate = (name: string, text: string) => readonly Issue[]

/**
 * - `invalid`: the change itself cannot be written.
 * - `mismatch`: somebody else wrote first; `difference` is from what stands there to what was to be written.
 * - `drifted`: KV holds an edit by hand, `found`; `current` is that edit if it could be made a revision.
 * - `not_found`: there is no such revision to go back to.
 * - `not_drifted`: there is nothing to resolve.
 * - `unavailable`: KV does not answer, and without it nobody can say.
 */
export type Refusal =
  | { readonly name: string; readonly code: 'invalid'; readonly issues: readonly Issue[] }
  | {
      readonly name: string
      readonly code: 'mismatch'
      readonly current: Revision | null
      readonly difference: readonly Difference[]
    }
  | {
      readonly name: string
      readonly code: 'drifted'
      readonly current: Revision | null
      readonly found: string | null
      readonly difference: readonly Difference[]
    }
  | { readonly name: string; readonly code: 'not_found' | 'not_drifted' | 'unavailable' }

export interface Refused {
  readonly ok: false
  readonly refusals: readonly Refusal[]
}

export interface Written {
  readonly ok: true
  /** Of the change; where nothing changed, the newest revision of what was to be written. */
  readonly revision: number
  /** Names that changed, and those among them that were not there before. */
  readonly changed: readonly string[]
  readonly created: readonly string[]
}

/** Names in one change, at most: they are compared with KV by ten reads. */
export const MAX_CHANGES = 1_000
/** Beside author and time in the 1,024 bytes of a key's metadata. */
const MAX_MESSAGE_BYTES = 256
const MAX_AUTHOR_BYTES = 256
/** A limit of Workers KV. */
const MAX_KEY_BYTES = 512

/** What is wrong with changes whatever stands in history. */
export function faultsOf(changes: readonly Pick<Change, 'name' | 'text'>[], by: By, validate?: Validate): Refusal[] {
  const refusals: Refusal[] = []
  const refuse = (name: string, message: string) =>
    refusals.push({ name, code: 'invalid', issues: [{ path: [], message }] })
  const first = changes[0]?.name ?? ''
  if (changes.length === 0) refuse(first, 'Expected at least one change.')
  if (changes.length > MAX_CHANGES) refuse(first, `Expected at most ${MAX_CHANGES} changes, got ${changes.length}.`)
  const messageBytes = byteLength(by.message ?? '')
  if (messageBytes > MAX_MESSAGE_BYTES)
    refuse(first, `Expected a message of at most ${MAX_MESSAGE_BYTES} bytes, got ${messageBytes}.`)
  // As it stands in the metadata: it is not cut there.
  if (byteLength(JSON.stringify(by.author)) > MAX_AUTHOR_BYTES)
    refuse(first, `Expected an author of at most ${MAX_AUTHOR_BYTES} bytes of JSON.`)
  if (refusals.length > 0) return refusals

  const names = new Set<string>()
  for (const { name, text } of changes) {
    if (names.has(name)) refuse(name, 'A change writes each name once.')
    names.add(name)
    if (name === '' || byteLength(keyOf(name)) > MAX_KEY_BYTES)
      refuse(name, `Expected a name whose key has at most ${MAX_KEY_BYTES} bytes.`)
    if (text === null) continue
    if (!isKept(text)) refuse(name, 'The record is too long to be kept.')
    const issues = validate?.(name, text) ?? []
    if (issues.length > 0) refusals.push({ name, code: 'invalid', issues })
  }
  return refusals
}
