/** Fields of a record where names of services are read: somebody may have written one record, and not a map of them. */
import { fieldsAt } from '../record/fields-at.ts'
import { recordSchema } from '../record/record.ts'
import { nearest } from '../schema/near.ts'

/** The field that each name of a map is, or is near to. */
export function fieldsAmong(names: readonly string[]): ReadonlyMap<string, string> {
  const fields = fieldsAt(recordSchema(), {}, []).own
  const near = new Map<string, string>()
  for (const name of names) {
    const field = fields.includes(name) ? name : nearest(name, fields)
    if (field !== undefined) near.set(name, field)
  }
  return near
}
