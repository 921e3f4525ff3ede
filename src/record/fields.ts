/** The one list of policy fields: what a record, a rule and `MESH_DEFAULTS` may say of how calls are made. */
import * as v from 'valibot'
import { type Access, access, accessDefaults, accessPolicy } from '../features/access/policy.ts'
import { balancePolicy, type LoadBalancer, loadBalancer } from '../features/balance/policy.ts'
import { ruleTimeoutPolicy, ruleTimeouts, type Timeouts, timeoutPolicy, timeouts } from '../features/deadline/policy.ts'
import { type Hedge, hedge, hedgePolicy } from '../features/hedge/policy.ts'
import { type Limits, limitPolicy, limits } from '../features/limit/policy.ts'
import { type OutlierDetection, outlierDetection, outlierPolicy } from '../features/outlier/policy.ts'
import {
  budgetPolicy,
  type Retry,
  type RetryConstraint,
  retry,
  retryConstraint,
  retryPolicy,
} from '../features/retry/policy.ts'
import { onDemand } from '../schema/kit.ts'

interface Field<Written> {
  /** What it is called in a record. The mesh finds what it obeys under the same name, in the service of a call. */
  readonly name: string
  /** What may be written. */
  readonly schema: () => v.GenericSchema<Written>
  /** What the mesh obeys; the defaults, where nobody has written anything. */
  readonly policy: (written?: Written) => unknown
  /** Does a record's own leave nothing of that in `MESH_DEFAULTS`? Default: they are laid over each other field by field. */
  readonly isWhole?: true
  /** What `MESH_DEFAULTS` may say of it. Default: the same as a record. */
  readonly ofDefaults?: () => v.GenericSchema<Written>
  /** Where a rule may write it, too: what may be written there, and what the mesh obeys of all that is written and of the rule's own. */
  readonly ofRule?: {
    readonly schema: () => v.GenericSchema<Written>
    readonly policy: (written: Written, own: Written) => unknown
  }
}

/** In the order in which editors offer them. All that is said of a field elsewhere is derived from its entry. */
export const FIELDS = [
  {
    name: 'timeouts',
    schema: timeouts,
    policy: timeoutPolicy,
    ofRule: { schema: ruleTimeouts, policy: ruleTimeoutPolicy },
  } as const satisfies Field<Timeouts>,
  {
    name: 'retry',
    schema: retry,
    policy: retryPolicy,
    ofRule: { schema: retry, policy: retryPolicy },
  } as const satisfies Field<Retry>,
  {
    name: 'retryConstraint',
    schema: retryConstraint,
    policy: budgetPolicy,
    isWhole: true,
  } as const satisfies Field<RetryConstraint>,
  {
    name: 'outlierDetection',
    schema: outlierDetection,
    policy: outlierPolicy,
  } as const satisfies Field<OutlierDetection>,
  {
    name: 'loadBalancer',
    schema: loadBalancer,
    policy: balancePolicy,
    isWhole: true,
  } as const satisfies Field<LoadBalancer>,
  { name: 'hedge', schema: hedge, policy: hedgePolicy } as const satisfies Field<Hedge>,
  { name: 'limits', schema: limits, policy: limitPolicy } as const satisfies Field<Limits>,
  {
    name: 'access',
    schema: access,
    policy: accessPolicy,
    ofDefaults: accessDefaults,
  } as const satisfies Field<Access>,
] as const

type Entry = (typeof FIELDS)[number]
type Written<Of extends Entry> = v.InferOutput<ReturnType<Of['schema']>>

/** The policy part of a record, which `MESH_DEFAULTS` may hold too. */
export type WrittenPolicy = { [Of in Entry as Of['name']]?: Written<Of> | undefined }
/** The part of it that a rule may have of its own. */
export type RulePolicy = Pick<WrittenPolicy, Extract<Entry, { readonly ofRule: object }>['name']>

/** What the mesh obeys. */
export type Policies = { readonly [Of in Entry as Of['name']]: ReturnType<Of['policy']> }

export type FieldName = keyof WrittenPolicy

/** Any field, as a loop over all of them sees it. */
export interface AnyField {
  readonly name: FieldName
  schema(): v.GenericSchema
  policy(written?: unknown): unknown
  readonly isWhole?: true
  ofDefaults?(): v.GenericSchema
  readonly ofRule?: { schema(): v.GenericSchema; policy(written: unknown, own: unknown): unknown }
}

/** The fields of a record, each made when a record has it. */
export function policyEntries(): v.ObjectEntries {
  return entriesOf(FIELDS)
}

/** Those of `MESH_DEFAULTS`. */
export function defaultEntries(): v.ObjectEntries {
  const fields: readonly AnyField[] = FIELDS
  return entriesOf(fields.map(({ name, schema, ofDefaults = schema }) => ({ name, schema: ofDefaults })))
}

/** Those of a rule. */
export function rulePolicyEntries(): v.ObjectEntries {
  const fields: readonly AnyField[] = FIELDS
  return entriesOf(fields.flatMap(({ name, ofRule }) => (ofRule ? [{ name, schema: ofRule.schema }] : [])))
}

function entriesOf(fields: readonly Pick<AnyField, 'name' | 'schema'>[]): v.ObjectEntries {
  return Object.fromEntries(fields.map(({ name, schema }) => [name, v.optional(onDemand(schema))]))
}

/** What a record or a rule says of them; `undefined` where nothing is. */
export function policyOf(written: WrittenPolicy): WrittenPolicy | undefined {
  const said = FIELDS.filter(({ name }) => written[name] !== undefined)
  return said.length === 0 ? undefined : Object.fromEntries(said.map(({ name }) => [name, written[name]]))
}
