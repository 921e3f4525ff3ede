/** All checks, in the order in which they are numbered and told. */
import { ACCESS } from './access.ts'
import { type Check, type CheckResult, resultOf } from './check.ts'
import { INSTALLATION } from './installation.ts'
import { QUEUES } from './queues.ts'
import { RECORDS } from './records.ts'
import { REGISTRY } from './registry.ts'
import { SAGAS } from './sagas.ts'
import { SECURITY } from './security.ts'
import type { Seen } from './seen.ts'

export function allChecks(): Check[] {
  return [...INSTALLATION, ...REGISTRY, ...RECORDS, ...QUEUES, ...SECURITY, ...ACCESS, ...SAGAS]
}

export function check(seen: Seen): CheckResult[] {
  return allChecks().map((one, index) => resultOf(one, index + 1, seen))
}
