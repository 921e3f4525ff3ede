/** What answers show of records and of their past. */
import * as v from 'valibot'
import { isDeeper, MOST_LEVELS } from '../../core/text/depth.ts'
import type { Current } from '../../durable/ledger/reads.ts'
import type { Revision } from '../../durable/ledger/revision.ts'
import { recordIssues } from '../record-issues.ts'

/** A record as it is written in JSON: an object; or a text, where a bare URL stands in KV, or what is no record. */
export type Written = string | Readonly<Record<string, unknown>>

export const written = v.pipe(
  v.union([v.string(), v.looseObject({})]),
  v.description(
    'A record: an object as in `/-/api/v1/schema`, or a bare URL. Under `events/…` subscriptions: docs/events.md.',
  ),
)

const origin = v.picklist(['api', 'hand', 'adopt', 'restore', 'rollback'])

const stamp = {
  name: v.string(),
  revision: v.pipe(v.number(), v.integer()),
  author: v.nullable(v.string()),
  message: v.string(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  origin,
}

export const recordView = v.pipe(
  v.strictObject({ ...stamp, record: written, state: v.picklist(['published', 'publishing', 'drifted', 'refused']) }),
  v.metadata({ ref: 'Record' }),
)
export type RecordView = v.InferOutput<typeof recordView>

export const revisionView = v.pipe(
  v.strictObject({ ...stamp, record: v.nullable(written) }),
  v.metadata({ ref: 'Revision' }),
)
export type RevisionView = v.InferOutput<typeof revisionView>

export function viewOf(current: Current): RecordView {
  const { text, state, ...row } = current
  const isRefused = state !== 'drifted' && recordIssues(row.name, text).length > 0
  return { ...row, at: instant(row.at), record: recordOf(text), state: isRefused ? 'refused' : state }
}

export function revisionOf({ text, ...row }: Revision): RevisionView {
  return { ...row, at: instant(row.at), record: text === null ? null : recordOf(text) }
}

export function instant(at: number): string {
  return new Date(at).toISOString()
}

/** A text of KV as JSON has it. */
export function recordOf(text: string): Written {
  // What is nested without an end could not be written out again.
  if (!text.trimStart().startsWith('{') || isDeeper(text, MOST_LEVELS)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** And back. */
export function textOf(record: Written): string {
  return typeof record === 'string' ? record.trim() : JSON.stringify(record)
}
