/** Records that are understood, by name. */
import type { ServiceRecord } from '../../record/record.ts'
import type { SeenRecord } from './seen.ts'

export type Parsed = readonly [name: string, record: ServiceRecord]

export function parsedOf(records: ReadonlyMap<string, SeenRecord>): Parsed[] {
  return [...records].flatMap(([name, { parsed }]): Parsed[] => (parsed ? [[name, parsed]] : []))
}
