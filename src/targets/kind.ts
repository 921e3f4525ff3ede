/** What a kind of target says of itself to whoever reads records. How it is reached is said by its road (road.ts). */
import type * as v from 'valibot'
import type { Target, Traits } from '../core/endpoint.ts'

/** What may be said of any endpoint, of whatever kind. */
export interface WrittenPlacing {
  weight?: number | undefined
  locality?: string | undefined
}

/** The schemas of these fields. */
export type Placing = { readonly [Field in keyof WrittenPlacing]-?: v.GenericSchema<WrittenPlacing[Field]> }

export interface Kind<Written extends object, Of extends Target> {
  /** The form of an endpoint, made of its own fields and of those that all have. */
  form(placing: Placing): v.GenericSchema<Written>
  targetOf(written: Written): Of
  /** What tells it from others of its kind: the same after an edit that leaves the place as it was. */
  nameOf(target: Of): string
  traitsOf?(target: Of): Traits
  /** Where a wrangler configuration says the `binding` by which it is reached. */
  readonly section?: string
  /** The names of the secrets without which it is not reached. */
  secretsOf?(target: Of): readonly string[]
}
