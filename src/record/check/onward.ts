/** Where a record sends on what is called by its name: its alias, or the names to which its queues are delivered. */
import type { Lead } from '../leads.ts'
import type { ServiceRecord } from '../record.ts'

/** The names, each with where it is written. */
export function onward({ alias = [], endpoints }: ServiceRecord): Lead[] {
  const delivered = endpoints.flatMap(({ target }, index): Lead[] => {
    const to = target.kind === 'queue' ? target.deliverTo : undefined
    return to === undefined ? [] : [{ name: to, path: ['endpoints', index, 'queue', 'deliverTo'] }]
  })
  return [...alias.map((name): Lead => ({ name, path: ['alias'] })), ...delivered]
}

/** The names alone; `undefined` where there are none. */
export function namesOnward(record: ServiceRecord | undefined): readonly string[] | undefined {
  const leads = record ? onward(record) : []
  return leads.length > 0 ? leads.map(({ name }) => name) : undefined
}
