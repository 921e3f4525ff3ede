/** A Kubernetes object as it was written, and what is found wrong with it. */
import { withoutUserinfoIn } from '../core/text/userinfo.ts'

import { nearest } from '../schema/near.ts'

/** Keys and indexes from the root of a document to a field. */
export type Path = readonly (string | number)[]

/** Something of a manifest that a record does not say. */
export interface Finding {
  readonly path: Path
  readonly reason: string
  /** With an error the object is not converted, or not for the name that is told; a note says what is read otherwise, or not at all. */
  readonly severity: 'error' | 'note'
}

/** Hears what is found. */
export interface Report {
  error(path: Path, reason: string): void
  note(path: Path, reason: string): void
}

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a list holds, each object changed; anything else is left as it is, for its schema to refuse in its place. */
export function each(list: unknown, path: Path, change: (entry: Fields, path: Path) => Fields): unknown {
  if (!Array.isArray(list)) return list
  return list.map((entry: unknown, index) => (isFields(entry) ? change(entry, [...path, index]) : entry))
}

/** The objects in a list, with their paths. */
export function entriesOf(list: unknown, path: Path): { entry: Fields; path: Path }[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown, index) => (isFields(entry) ? [{ entry, path: [...path, index] }] : []))
}

/** An error for every field that is not among those known. */
export function knowsOnly(fields: Fields, known: readonly string[], path: Path, report: Report): void {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    report.error([...path, name], `is not a field that this version knows.${hint}`)
  }
}

/** As Kubernetes reads it: a field that is null is one that says nothing. It stays there, for its name may be unknown. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isFields(value)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, field]) => [name, field === null ? undefined : withoutNulls(field)]))
}

/** In a sentence: a text as it is, and all else as JSON, for an object may have a `toString` that is none. */
export function worded(value: unknown): string {
  return typeof value === 'string' ? value : shown(value)
}

const SHOWN_CHARACTERS = 80

export function shown(value: unknown): string {
  const text = withoutUserinfoIn(JSON.stringify(value) ?? String(value))
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}
