/** Converts an XBackendTrafficPolicy (gateway.networking.x-k8s.io/v1alpha1) to the retry budget of a record. */
import { entriesOf, type Fields, isFields, type Path, type Report } from './manifest.ts'
import { type Aged, ageOf, homeOf } from './route.ts'
import { isServiceReference, serviceName } from './service-name.ts'

/** What a policy adds to the records of its target Services. */
export interface PolicyPart extends Aged {
  readonly targets: readonly { readonly name: string; readonly path: Path }[]
  /** `undefined` where the policy has no retry constraint. */
  readonly retryConstraint: Fields | undefined
}

export function trafficPolicy(manifest: Fields, report: Report): PolicyPart {
  const spec = isFields(manifest.spec) ? manifest.spec : {}
  const home = homeOf(manifest)
  const targets = entriesOf(spec.targetRefs, ['spec', 'targetRefs']).flatMap(({ entry, path }) => {
    const name = isServiceReference(entry, path, report) ? serviceName(entry, home, path, report) : undefined
    return name === undefined ? [] : [{ name, path }]
  })
  if (spec.sessionPersistence !== undefined) {
    report.error(['spec', 'sessionPersistence'], 'is not supported of a backend: write it in the rules.')
  }
  return { ...ageOf(manifest), targets, retryConstraint: constraintOf(spec.retryConstraint, report) }
}

function constraintOf(written: unknown, report: Report): Fields | undefined {
  const path = ['spec', 'retryConstraint']
  if (!isFields(written)) {
    if (written === undefined) report.note(path, 'is missing: there is nothing to convert.')
    return undefined
  }
  const { budget = {}, minRetryRate } = written
  const floor = 'is not taken over: a floor of so many retries a second would be multiplied by the number of isolates.'
  if (minRetryRate !== undefined) report.note([...path, 'minRetryRate'], floor)
  return { budget }
}
