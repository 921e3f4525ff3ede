/** What the mesh obeys of what is written: a rule's fields lie over its record's, and these over those of `MESH_DEFAULTS`. */
import { type AnyField, FIELDS, type FieldName, type Policies, type WrittenPolicy } from './fields.ts'

/** A record before it was edited. */
export interface Before {
  readonly written: WrittenPolicy
  readonly made: Policies
}

export interface PolicyMaker {
  /** Of a record. A field that an edit leaves as it was stays one and the same: what was learned under it holds on. */
  of(written: WrittenPolicy, before?: Before): Policies
  /** Of a rule: its own fields, over those of the record that it leads to. */
  ofRule(own: WrittenPolicy, written: WrittenPolicy): Partial<Policies>
}

const ALL: readonly AnyField[] = FIELDS

export function policyMaker(defaults: WrittenPolicy): PolicyMaker {
  // Where a record is silent all services share one policy.
  const silent = each(ALL, (field) => field.policy(defaults[field.name])) as Policies

  return {
    of(written, before) {
      return each(ALL, (field) => {
        const { name } = field
        if (written[name] === undefined) return silent[name]
        if (before && JSON.stringify(before.written[name]) === JSON.stringify(written[name])) return before.made[name]
        return field.policy(laid(field, defaults[name], written[name]))
      }) as Policies
    },
    ofRule(own, written) {
      const said = ALL.filter(({ name }) => own[name])
      return each(said, (field) => {
        const { name, ofRule } = field
        return ofRule?.policy(laid(field, defaults[name], written[name], own[name]), own[name])
      }) as Partial<Policies>
    },
  }
}

/** What is made of them, in one order, so that services have one shape. */
function each(fields: readonly AnyField[], make: (field: AnyField) => unknown): Partial<Record<FieldName, unknown>> {
  return Object.fromEntries(fields.map((field) => [field.name, make(field)]))
}

function laid({ isWhole }: AnyField, ...layers: unknown[]): unknown {
  return isWhole ? layers.at(-1) : Object.assign({}, ...layers)
}
