/** A service record: all that an operator may write under one name. */
import * as v from 'valibot'
import { isReference, type ServiceName } from '../core/endpoint.ts'
import { loadBalancer } from '../features/balance/policy.ts'
import { timeouts } from '../features/deadline/policy.ts'
import { hedge } from '../features/hedge/policy.ts'
import { limits } from '../features/limit/policy.ts'
import { outlierDetection } from '../features/outlier/policy.ts'
import { retry, retryConstraint } from '../features/retry/policy.ts'
import { REFERENCE_FORM } from '../schema/backend-ref.ts'
import { areDistinct, either, list, must, object, text } from '../schema/kit.ts'
import { endpoint, endpointOf, type KnownEndpoint, type WrittenEndpoint } from '../targets/schema.ts'
import { type Rule, rules } from './rule.ts'

/** Endpoints of one record, at most. */
const MAX_ENDPOINTS = 1000
/** Names that one record may stand for, at most. */
const MAX_ALIASES = 16

/** The policy part of a record, which `MESH_DEFAULTS` may hold too. */
const policy = () => ({
  timeouts: v.optional(timeouts()),
  retry: v.optional(retry()),
  retryConstraint: v.optional(retryConstraint()),
  outlierDetection: v.optional(outlierDetection()),
  loadBalancer: v.optional(loadBalancer()),
  hedge: v.optional(hedge()),
  limits: v.optional(limits()),
})

export const policySchema = () => object(policy())
export type WrittenPolicy = v.InferOutput<ReturnType<typeof policySchema>>

export function recordSchema() {
  return v.pipe(
    object({
      /** For editors. The mesh does not read it. */
      $schema: v.optional(v.string()),
      endpoints: v.optional(
        v.pipe(
          list(endpoint(), 'endpoints', MAX_ENDPOINTS, 1),
          must(
            (all: readonly WrittenEndpoint[]) => areDistinct(all.map((one) => endpointOf(one).id)),
            'each endpoint once',
          ),
        ),
      ),
      alias: v.optional(alias()),
      // Few records have any: the others do not pay for their schema.
      rules: v.optional(v.lazy(onDemand(rules))),
      ...policy(),
    }),
    must(
      ({ endpoints, rules, alias }) => !(endpoints || rules) !== !alias,
      '"endpoints", "rules" or both, or else an "alias"',
    ),
    must(
      (record) => !record.alias || policyOf(record) === SILENT,
      'an alias to stand alone: the policy is that of the record it names',
    ),
  )
}

/** Made when first asked for, and kept by whoever holds it. */
function onDemand<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => {
    made ??= make()
    return made
  }
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

export type WrittenRecord = v.InferOutput<ReturnType<typeof recordSchema>>

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
    policy: policyOf(written),
  }
}

function policyOf(record: WrittenPolicy): WrittenPolicy {
  const { timeouts, retry, retryConstraint, outlierDetection, loadBalancer, hedge, limits } = record
  const written = { timeouts, retry, retryConstraint, outlierDetection, loadBalancer, hedge, limits }
  return Object.values(written).some((part) => part !== undefined) ? written : SILENT
}

/** Most records say nothing of policy: they share this. */
const SILENT: WrittenPolicy = {}
