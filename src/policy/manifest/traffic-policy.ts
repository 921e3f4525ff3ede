/** XBackendTrafficPolicy (gateway.networking.x-k8s.io/v1alpha1) to the retry budget of a record. */
import { entriesOf, type Fields, isFields, knowsOnly, type Path, type Report } from './manifest.ts'
import { referredService } from './service-name.ts'

/** What a policy adds to the records of the Services it names. */
export interface PolicyPart {
  readonly names: readonly string[]
  readonly retryConstraint: Fields
  readonly path: Path
}

export function trafficPolicy(manifest: Fields, report: Report): PolicyPart | undefined {
  const { metadata, spec } = manifest
  if (!isFields(spec)) {
    report.error(['spec'], 'is missing.')
    return undefined
  }
  knowsOnly(spec, ['targetRefs', 'retryConstraint', 'sessionPersistence'], ['spec'], report)
  const home = isFields(metadata) && typeof metadata.namespace === 'string' ? metadata.namespace : undefined
  const names = entriesOf(spec.targetRefs, ['spec', 'targetRefs'], report).flatMap(
    ({ entry, path }) => referredService(entry, home, path, report) ?? [],
  )
  if (names.length === 0) report.error(['spec', 'targetRefs'], 'names no Service.')
  if (spec.sessionPersistence !== undefined) {
    report.error(['spec', 'sessionPersistence'], 'is not supported of a backend: write it in the rules.')
  }
  const { retryConstraint } = spec
  if (!isFields(retryConstraint)) {
    report.error(['spec', 'retryConstraint'], 'is missing: there is nothing to convert.')
    return undefined
  }
  const path = ['spec', 'retryConstraint']
  knowsOnly(retryConstraint, ['budget', 'minRetryRate'], path, report)
  const { budget = {}, minRetryRate } = retryConstraint
  const floor = 'is not taken over: a floor of so many retries a second would be multiplied by the number of isolates.'
  if (minRetryRate !== undefined) report.note([...path, 'minRetryRate'], floor)
  return { names, retryConstraint: { budget }, path }
}
