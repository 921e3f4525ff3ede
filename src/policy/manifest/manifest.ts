/** A Kubernetes object as it was written, and what is found wrong with it. */

/** Keys and indexes from the root of a document to a field. */
export type Path = readonly (string | number)[]

/** Something of a manifest that a record does not say. */
export interface Finding {
  readonly path: Path
  readonly reason: string
  /** A note changes nothing of what is converted; with an error the object is not converted at all. */
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

/** The entries of a list, with their paths; an error where it is no list, or an entry no object. */
export function entriesOf(value: unknown, path: Path, report: Report): { entry: Fields; path: Path }[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    report.error(path, `Expected a list, got ${shown(value)}.`)
    return []
  }
  return value.flatMap((entry: unknown, index) => {
    if (isFields(entry)) return [{ entry, path: [...path, index] }]
    report.error([...path, index], `Expected an object, got ${shown(entry)}.`)
    return []
  })
}

/** An error for every field that is not among those known. */
export function knowsOnly(fields: Fields, known: readonly string[], path: Path, report: Report): void {
  for (const name of Object.keys(fields)) {
    if (!known.includes(name)) report.error([...path, name], 'is not a field that this version knows.')
  }
}

/** A string where one may stand; an error for anything else. */
export function textOf(fields: Fields, name: string, path: Path, report: Report): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  report.error([...path, name], `Expected a string, got ${shown(value)}.`)
  return undefined
}

const SHOWN_CHARACTERS = 80

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}
