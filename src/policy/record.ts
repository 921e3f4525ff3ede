/** A service record: all that an operator may write under one name. */
import * as v from 'valibot'
import { type Endpoint, isServiceName } from '../core/endpoint.ts'
import { loadBalancer } from './balance.ts'
import { endpoint, endpointOf, type WrittenEndpoint } from './endpoint.ts'
import { hedge } from './hedge.ts'
import { limits } from './limit.ts'
import { outlierDetection } from './outlier.ts'
import { retry, retryConstraint } from './retry.ts'
import { must, object } from './schema.ts'
import { timeouts } from './timeout.ts'

/** Endpoints of one record, at most. */
const MAX_ENDPOINTS = 1000
const ALIAS_FORM = 'a service name: a DNS name in lower case'

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
          v.array(endpoint(), 'Expected a list of endpoints'),
          must(({ length }: WrittenEndpoint[]) => length > 0 && length <= MAX_ENDPOINTS, '1 to 1000 endpoints'),
          must(areDistinct, 'each endpoint once'),
        ),
      ),
      alias: v.optional(v.pipe(v.string(`Expected ${ALIAS_FORM}`), must(isServiceName, ALIAS_FORM))),
      ...policy(),
    }),
    must(({ endpoints, alias }) => !endpoints !== !alias, 'either "endpoints" or "alias"'),
    must(
      (record) => !record.alias || policyOf(record) === SILENT,
      'an alias to stand alone: the policy is that of the record it names',
    ),
  )
}

export type WrittenRecord = v.InferOutput<ReturnType<typeof recordSchema>>

/** A record that was understood: what the mesh obeys. Plain values, so that it may outlive the request that read it. */
export interface ServiceRecord {
  readonly endpoints: readonly Endpoint[]
  /** Another name, whose whole record stands for this one. */
  readonly alias: string | undefined
  readonly policy: WrittenPolicy
}

/** A written record as the mesh knows it. */
export function recordOf(written: WrittenRecord): ServiceRecord {
  const { endpoints = [], alias } = written
  return { endpoints: endpoints.map(endpointOf), alias, policy: policyOf(written) }
}

function policyOf(record: WrittenPolicy): WrittenPolicy {
  const { timeouts, retry, retryConstraint, outlierDetection, loadBalancer, hedge, limits } = record
  const written = { timeouts, retry, retryConstraint, outlierDetection, loadBalancer, hedge, limits }
  return Object.values(written).some((part) => part !== undefined) ? written : SILENT
}

/** Most records say nothing of policy: they share this. */
const SILENT: WrittenPolicy = {}

function areDistinct(endpoints: WrittenEndpoint[]): boolean {
  return new Set(endpoints.map((one) => endpointOf(one).id)).size === endpoints.length
}
