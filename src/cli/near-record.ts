/** Detects a single record where a map of names to records is expected. */
import { fieldsAt } from '../record/fields-at.ts'
import { recordSchema } from '../record/record.ts'
import { nearest } from '../schema/near.ts'

/** For each name of a map: the record field that it equals or resembles. */
export function fieldsAmong(names: readonly string[]): ReadonlyMap<string, string> {
  const fields = fieldsAt(recordSchema(), {}, []).own
  const near = new Map<string, string>()
  for (const name of names) {
    const field = fields.includes(name) ? name : nearest(name, fields)
    if (field !== undefined) near.set(name, field)
  }
  return near
}
