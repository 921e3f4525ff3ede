/** What checks can see of files alone: records, and the wrangler configuration of the mesh that is to obey them. */
import type { Seen } from '../admin/checks/seen.ts'
import { seenRecords, seenSubscriptions } from '../admin/checks/seen-records.ts'
import type { WorkerConfig } from './worker-config.ts'

export function seenFiles(
  texts: ReadonlyMap<string, string>,
  config: WorkerConfig | undefined,
  minVersion?: string,
): Seen {
  return {
    records: seenRecords(texts),
    subscriptions: seenSubscriptions(texts),
    isAll: false,
    mesh: config && {
      version: undefined,
      given: config,
      kinds: undefined,
      variables: config.variables,
      flags: config.flags,
      compatibilityDate: config.compatibilityDate,
      isPublic: config.isPublic,
    },
    isAsked: false,
    control: undefined,
    kv: undefined,
    history: undefined,
    objectBytes: undefined,
    entrance: undefined,
    minVersion,
    asker: undefined,
  }
}
