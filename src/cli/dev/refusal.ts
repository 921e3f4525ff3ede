/** Why the mesh would refuse the value of a key, in the words of `selvedge validate`. */
import { MeshError } from '../../core/errors.ts'
import type { Path } from '../../manifest/manifest.ts'
import { spelled } from '../../manifest/yaml/spelled.ts'
import { isCallable, nameOf } from '../../record/check/key.ts'
import { isOfEvents, misnamedEvents } from '../../record/events/event-key.ts'
import { subscriptionsChecker, subscriptionsParser } from '../../record/events/subscriptions.ts'
import { type Issue, parseRecord, recordChecker } from '../../record/parse.ts'

export interface Refusal {
  /** The path from the record to the error. */
  readonly path: Path
  readonly text: string
}

/** Why a name cannot be called. `undefined` where it can. */
export function misnamed(key: string): Refusal | undefined {
  const name = nameOf(key)
  if (isOfEvents(name)) {
    const text = misnamedEvents(name)
    return text === undefined ? undefined : { path: [], text }
  }
  if (isCallable(name)) return undefined
  return { path: [], text: `"${name}" is not a service name (a DNS name in lower case), so nobody can call it.` }
}

/** Empty where the record, or the subscriptions of such a key, are valid. */
export function refusals(key: string, value: string): readonly Refusal[] {
  const isOfServices = !isOfEvents(nameOf(key))
  try {
    if (isOfServices) parseRecord(value)
    else subscriptionsParser()(value)
    return []
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    const issues = issuesIn(value, isOfServices ? recordChecker() : subscriptionsChecker())
    if (issues.length === 0) return [{ path: [], text: error.message }]
    return issues.map(({ path, message }) => ({ path, text: spelled(path) + message }))
  }
}

function issuesIn(value: string, check: (value: unknown) => Issue[]) {
  try {
    return value.trim().startsWith('{') ? check(JSON.parse(value)) : []
  } catch {
    // Not JSON: the message says so.
    return []
  }
}
