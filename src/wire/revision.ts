/** Revisions in headers: which records an answer went by, and which the caller demands at least. */
import { revisionNumber } from '../core/text/revision.ts'
import type { RecordRead } from './receipt/view.ts'

const PREFIX = /^services\//

/** The record of a name, as `selvedge-revision` says it. */
export interface RevisionRead {
  /** A service name, or a wildcard. */
  readonly name: string
  /** A number; `unknown`: it was written by hand, and has none; `none`: there is no record. */
  readonly revision: string
}

/** `users=42, users-v2=unknown`: the records that were read, in order, each once. The one that was obeyed is among them. */
export function writeRevisions(records: readonly RecordRead[]): string {
  return revisionsOf(records)
    .map(({ name, revision }) => `${name}=${revision}`)
    .join(', ')
}

/** The same as values. */
export function revisionsOf(records: readonly RecordRead[]): RevisionRead[] {
  return records.map(({ key, revision }) => ({ name: key.replace(PREFIX, ''), revision: said(revision) }))
}

/** What does not read as one is passed over. */
export function readRevisions(header: string): RevisionRead[] {
  return header.split(',').flatMap((one) => {
    const [, name, revision] = /^\s*([^=\s]+)=([^=\s]+)\s*$/.exec(one) ?? []
    return name !== undefined && revision !== undefined ? [{ name, revision }] : []
  })
}

/** A revision as it may be written by hand into the metadata of a key: what is no short word is not passed on. */
function said(revision: string | null | undefined): string {
  if (revision === undefined) return 'none'
  return revision !== null && revision !== 'none' && /^[\w.:-]{1,64}$/.test(revision) ? revision : 'unknown'
}

/**
 * The least revision that a caller demands, the greatest of a list. What cannot be read is `Infinity`, which nothing meets: a
 * caller that demands something must not get anything older.
 */
export function readMinRevision(header: string): number {
  return Math.max(...header.split(',').map((one) => revisionNumber(one.trim()) ?? Number.POSITIVE_INFINITY))
}
