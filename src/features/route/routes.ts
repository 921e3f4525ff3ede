/** The rules of a record, as requests meet them: what matches, and where each rule leads. */
import type { Asked } from './asked.ts'
import type { Match } from './policy.ts'
import type { Session } from './session.ts'

export interface Routes<Way> {
  /** The rule of a request, where one matches. */
  find(asked: Asked): Route<Way> | undefined
}

/** A rule. */
export interface Route<Way> {
  /** Its name, or where it stands: `rules[2]`. */
  readonly label: string
  /** As they are written. */
  readonly matches: readonly Match[]
  readonly ways: readonly Weighed<Way>[]
  /** Chooses among the ways by their weights; `undefined` where no weight is above 0. */
  choose(): Weighed<Way> | undefined
  /** Who has been here before keeps its endpoint, where the rule says so. */
  readonly session: Session | undefined
}

/** A backend of a rule, and what is done on the way there. */
export interface Weighed<Way> {
  /** A name in the registry; `undefined` is the record's own endpoints. */
  readonly name: string | undefined
  readonly weight: number
  readonly way: Way
}
