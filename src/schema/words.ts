/** What an editor tells of a field while a record is written. No Worker carries such words. */
export interface Words {
  readonly description: string
  /** What holds where the field is left out. */
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  /** In the order of the words that may stand there. */
  readonly enumDescriptions?: readonly string[]
}

/**
 * A key is the end of a field's path; the longest one that fits is taken. `{…}` tells one form of a value from the others:
 * by its type, or by the first field that it must have.
 */
export type WordsByPath = Readonly<Record<string, Words>>
