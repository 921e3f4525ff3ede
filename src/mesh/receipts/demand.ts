/** What a caller that is believed demands of the records that serve it. */
import { type HeaderSource, MIN_REVISION } from '../../wire/headers.ts'
import { readMinRevision } from '../../wire/revision.ts'
import type { Inquiry, Notes } from './inquiry.ts'

/** @param notes of what is to be told, where anything is. */
export function demandOf(headers: HeaderSource, notes: Notes | undefined): Inquiry | undefined {
  const said = headers.get(MIN_REVISION)
  if (said === null && !notes) return undefined
  const least = said === null ? 0 : readMinRevision(said)
  // The sequence begins with 1: that is no demand.
  return { minRevision: least > 0 ? least : undefined, notes }
}
