/** Finds subscriptions whose events would reach nobody, or come back without end. */
import { wildcardsOf } from '../../core/endpoint.ts'
import { type Subscriptions, sinkOf } from '../events/subscriptions.ts'
import { type Lead, leadsOf } from '../leads.ts'
import type { ServiceRecord } from '../record.ts'
import { onward } from './onward.ts'

/** The record that answers for a name; `undefined` where none does. */
export type FindRecord = (name: string) => ServiceRecord | undefined

/** The services that get the events, each with where it is written. */
export function sinksOf({ subscriptions }: Subscriptions, domain: string): Lead[] {
  return subscriptions.map(({ sink }, index) => {
    const { service } = sinkOf(sink)
    const name = service.endsWith(`.${domain}`) ? service.slice(0, -domain.length - 1) : service
    return { name, path: ['subscriptions', index, 'sink'] }
  })
}

/** Of records by name, the one that answers: its own, or that of the longest wildcard. */
export function finder(recordOf: FindRecord): FindRecord {
  return (name) => [name, ...wildcardsOf(name)].map(recordOf).find((record) => record !== undefined)
}

/** The names by which a sink leads to a topic, in turn: what is published there has the same type, and comes back. `undefined` where it does not. */
export function topicBehind(
  name: string,
  find: FindRecord,
  seen: Set<string> = new Set(),
): readonly string[] | undefined {
  const record = seen.has(name) ? undefined : find(name)
  if (!record) return undefined
  // Whatever is behind it was looked for once: records may lead to each other in many ways.
  seen.add(name)
  if (record.endpoints.some(({ target }) => target.kind === 'topic')) return [name]
  for (const next of [...onward(record), ...(record.rules ?? []).flatMap(leadsOf)]) {
    const found = topicBehind(next.name, find, seen)
    if (found) return [name, ...found]
  }
  return undefined
}

/** The same in a sentence. */
export function roundOf(key: string, path: readonly string[]): string {
  return `goes in a circle: ${[key, ...path, key].join(' → ')}. What is published there is of the same type, and comes back.`
}
