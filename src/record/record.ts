/** A service record: all that an operator may write under one name. */
import * as v from 'valibot'
import { isReference, type ServiceName } from '../core/endpoint.ts'
import { REFERENCE_FORM } from '../schema/backend-ref.ts'
import { areDistinct, either, list, must, object, onDemand, text } from '../schema/kit.ts'
import { endpoint, endpointOf, type KnownEndpoint, type WrittenEndpoint } from '../targets/schema.ts'
import { defaultEntries, policyEntries, policyOf, type WrittenPolicy } from './fields.ts'
import { type Rule, rules } from './rule.ts'

/** Endpoints of one record, at most. */
const MAX_ENDPOINTS = 1000
/** Names that one record may stand for, at most. */
const MAX_ALIASES = 16

/** What `MESH_DEFAULTS` may hold. */
export function policySchema() {
  return object(defaultEntries()) as v.GenericSchema<WrittenPolicy>
}

/** Of a field that a record does not have no schema is made. */
export function recordSchema(): v.GenericSchema<WrittenRecord> {
  return v.pipe(
    object({
      $schema: v.optional(v.string()),
      endpoints: v.optional(onDemand(endpoints)),
      alias: v.optional(onDemand(alias)),
      rules: v.optional(onDemand(rules)),
      ...policyEntries(),
    }) as v.GenericSchema<WrittenRecord>,
    must(
      ({ endpoints, rules, alias }: WrittenRecord) => !(endpoints || rules) !== !alias,
      '"endpoints", "rules" or both, or else an "alias"',
    ),
    must(
      (record: WrittenRecord) => !record.alias || !policyOf(record),
      'an alias to stand alone: the policy is that of the record it names',
    ),
  )
}

function endpoints() {
  return v.pipe(
    list(endpoint(), 'endpoints', MAX_ENDPOINTS, 1),
    must((all: readonly WrittenEndpoint[]) => areDistinct(all.map((one) => endpointOf(one).id)), 'each endpoint once'),
  )
}

/** One name, or several of which the first with a usable endpoint is meant. */
function alias() {
  const name = text(isReference, REFERENCE_FORM)
  const names = v.pipe(
    list(name, 'names', MAX_ALIASES, 1),
    must((all: readonly string[]) => areDistinct(all), 'each name once', { uniqueItems: true }),
  )
  return either<string | readonly string[]>([name, names], (value) => (Array.isArray(value) ? names : name))
}

export interface WrittenRecord extends WrittenPolicy {
  /** For editors. The mesh does not read it. */
  $schema?: string | undefined
  endpoints?: readonly WrittenEndpoint[] | undefined
  alias?: string | readonly string[] | undefined
  rules?: readonly Rule[] | undefined
}

/** A record that was understood: what the mesh obeys. Plain values, so that it may outlive the request that read it. */
export interface ServiceRecord {
  readonly endpoints: readonly KnownEndpoint[]
  /** Other names: the whole record of the first that has a usable endpoint stands for this one. */
  readonly alias: readonly ServiceName[] | undefined
  /** Who goes where; `undefined` sends everything to the endpoints. */
  readonly rules: readonly Rule[] | undefined
  readonly policy: WrittenPolicy
}

/** A written record as the mesh knows it. */
export function recordOf(written: WrittenRecord): ServiceRecord {
  const { endpoints = [], alias, rules } = written
  return {
    endpoints: endpoints.map(endpointOf),
    alias: typeof alias === 'string' ? [alias] : alias,
    rules,
    policy: policyOf(written) ?? SILENT,
  }
}

/** Most records say nothing of policy: they share this. */
const SILENT: WrittenPolicy = {}
