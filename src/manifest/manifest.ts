/** A Kubernetes object as it was written, and the findings on it. */
import { withoutUserinfoIn } from '../core/text/userinfo.ts'

import { nearest } from '../schema/near.ts'

/** Keys and indexes that lead from the root of a document to a field. */
export type Path = readonly (string | number)[]

/** A part of a manifest that a record cannot express. */
export interface Finding {
  readonly path: Path
  readonly reason: string
  /** After an error the object is not converted, or not for the name that the error tells. A note says what is read differently, or ignored. */
  readonly severity: 'error' | 'note'
}

/** Takes the findings on one object. */
export interface Report {
  error(path: Path, reason: string): void
  note(path: Path, reason: string): void
}

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list with each object changed. Anything else stays as it is: the schema refuses it, with its path. */
export function each(list: unknown, path: Path, change: (entry: Fields, path: Path) => Fields): unknown {
  if (!Array.isArray(list)) return list
  return list.map((entry: unknown, index) => (isFields(entry) ? change(entry, [...path, index]) : entry))
}

/** The objects of a list, with their paths. */
export function entriesOf(list: unknown, path: Path): { entry: Fields; path: Path }[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown, index) => (isFields(entry) ? [{ entry, path: [...path, index] }] : []))
}

/** Reports an error for each unknown field. */
export function knowsOnly(fields: Fields, known: readonly string[], path: Path, report: Report): void {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    report.error([...path, name], `is not a field that this version knows.${hint}`)
  }
}

/** Kubernetes reads a null field as absent. The field is kept here, since its name may be unknown and must then be reported. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isFields(value)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, field]) => [name, field === null ? undefined : withoutNulls(field)]))
}

/** A value for a message: text as it is, everything else as JSON, since the `toString` of an object may not be a function. */
export function worded(value: unknown): string {
  return typeof value === 'string' ? value : shown(value)
}

const SHOWN_CHARACTERS = 80

export function shown(value: unknown): string {
  const text = withoutUserinfoIn(JSON.stringify(value) ?? String(value))
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}
