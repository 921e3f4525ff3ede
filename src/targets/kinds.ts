/** The kinds of target that there are. Which roads lead to them stands in roads.ts. */
import { lambda } from './aws/schema.ts'
import { binding } from './binding/schema.ts'
import { dispatch } from './dispatch/schema.ts'
import type { Kind } from './kind.ts'
import { object } from './object/schema.ts'
import { queue } from './queue/schema.ts'
import { saga } from './saga/schema.ts'
import { topic } from './topic/schema.ts'
import { url } from './url/schema.ts'

/** By the field that an endpoint of that kind has, in the order in which an operator is told of them. */
export const KINDS = { url, binding, dispatch, object, lambda, queue, topic, saga }

/** A kind stands under its own name. */
type Checked<Table extends { readonly [Name in keyof Table]: { targetOf(written: never): { kind: Name } } }> = Table
type Kinds = Checked<typeof KINDS>

export type KindName = keyof Kinds
/** What an operator writes of an endpoint, beside what may be said of any. */
export type WrittenPlace = { [Name in KindName]: Parameters<Kinds[Name]['targetOf']>[0] }[KindName]
/** Where an endpoint is. */
export type KnownTarget<Name extends KindName = KindName> = ReturnType<Kinds[Name]['targetOf']>

/** What the kind of this name says of itself. */
export function kindOf(name: string): Kind<WrittenPlace, KnownTarget> {
  return (KINDS as Readonly<Record<string, Kind<WrittenPlace, KnownTarget>>>)[name] ?? url
}
