/** Reads records as people write them, a map of names or a single record, and reports all errors in them. */

import { MeshError } from '../core/errors.ts'
import type { Path } from '../manifest/manifest.ts'
import { type AliasOf, circle } from '../record/check/circle.ts'
import { isCallable, nameOf, uncalled } from '../record/check/key.ts'
import { leadsNowhere } from '../record/check/nowhere.ts'
import { onward } from '../record/check/onward.ts'
import { type FindRecord, roundOf, sinksOf, topicBehind } from '../record/check/subscribed.ts'
import { isOfEvents, misnamedEvents } from '../record/events/event-key.ts'
import { type Subscriptions, subscriptionsChecker } from '../record/events/subscriptions.ts'
import { parseRecord, recordChecker } from '../record/parse.ts'
import { recordOf, type ServiceRecord, type WrittenRecord } from '../record/record.ts'
import { fieldsAmong } from './near-record.ts'

export interface Finding {
  readonly severity: 'error' | 'warning' | 'note'
  readonly path: Path
  readonly reason: string
}

/** One record of the input. */
export interface ReadRecord {
  /** `undefined` for a single record without a name. */
  readonly name: string | undefined
  readonly path: Path
  readonly written: unknown
  /** The parsed record. `undefined` where it is invalid. */
  readonly parsed: ServiceRecord | undefined
  /** In place of it, under `events/…`. */
  readonly subscriptions?: Subscriptions
  readonly errors: readonly Finding[]
}

export interface ReadRecords {
  readonly records: readonly ReadRecord[]
  /** Findings on the map that holds the records. */
  readonly findings: readonly Finding[]
}

/** What the Worker lacks for this record. */
export type Lacking = (at: Path, written: unknown, parsed: ServiceRecord) => Finding[]

export interface Check {
  readonly lacking: Lacking
  /** The mesh's own domain. */
  readonly domain: string
  /** Is there a record of this name, or of this wildcard? */
  stands(name: string): boolean
  readonly aliasOf: AliasOf
  /** The record that answers for a name. */
  readonly find: FindRecord
  /** Names in circles that were reported. */
  readonly told: Set<string>
}

/** @param isRecord is it known to be a single record? Otherwise the shape decides. */
export function recordsIn(value: unknown, isRecord: boolean): ReadRecords {
  const read = reader()
  if (isRecord) return { records: [read(undefined, [], value)], findings: [] }
  const error = (path: Path, reason: string): ReadRecords => ({
    records: [],
    findings: [{ severity: 'error', path, reason }],
  })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return error([], 'Expected a map of service names to records, or a manifest.')
  }
  if ('kind' in value && /^[A-Z]\w*$/.test(String(value.kind))) {
    return error(['kind'], `a manifest needs an apiVersion, too, got ${value.kind}.`)
  }
  if (looksLikeRecord(value)) return { records: [read(undefined, [], value)], findings: [] }
  const entries = Object.entries(value).filter(([key, record]) => key !== '$schema' || typeof record !== 'string')
  const records = entries.map(([key, record]) => read(nameOf(key), [key], record))
  return { records, findings: [...twice(entries.map(([key]) => key)), ...misread(records)] }
}

function twice(keys: readonly string[]): Finding[] {
  const seen = new Set<string>()
  return keys.flatMap((key) => {
    const isSeen = seen.has(nameOf(key))
    seen.add(nameOf(key))
    return isSeen ? [{ severity: 'error', path: [key], reason: 'stands twice, with services/ and without.' }] : []
  })
}

/** A map with an entry that is no record, or with only field names as keys, may be meant as a single record. */
function misread(records: readonly ReadRecord[]): Finding[] {
  const near = fieldsAmong(records.map(({ path }) => String(path[0])))
  const areAll = near.size === records.length
  return records.flatMap(({ path, parsed }) => {
    const field = near.get(String(path[0]))
    if (field === undefined || (parsed && !areAll)) return []
    const reason = `is read as the name of a service, and is near to the field "${field}": a record by itself is checked with --record.`
    return [{ severity: 'warning', path, reason }]
  })
}

/** All errors in records that were read. */
export function findingsIn({ records, findings }: ReadRecords, check: Check): Finding[] {
  return [...findings, ...records.flatMap((record) => findingsOf(record, check))]
}

function findingsOf(record: ReadRecord, check: Check): Finding[] {
  const { name, path, written, parsed, errors } = record
  if (name !== undefined && isOfEvents(name)) return eventFindings(name, record, check)
  const naming: Finding[] = []
  if (name !== undefined && !isCallable(name)) {
    naming.push({ severity: 'error', path, reason: 'is not a service name (a DNS name in lower case).' })
  }
  const taken = name === undefined ? undefined : uncalled(name, check.domain)
  if (taken !== undefined) naming.push({ severity: 'warning', path, reason: taken })
  if (!parsed) return [...naming, ...errors]
  const [first] = name === undefined ? [] : onward(parsed)
  const round = first && circle(name ?? '', check.aliasOf, check.told)
  const circles: Finding[] =
    first && round !== undefined ? [{ severity: 'error', path: [...path, ...first.path], reason: round }] : []
  const nowhere = leadsNowhere(parsed, check.stands).map((lead): Finding => {
    return { severity: 'note', path: [...path, ...lead.path], reason: `"${lead.name}" has no record in what was read.` }
  })
  return [...naming, ...circles, ...nowhere, ...check.lacking(path, written, parsed)]
}

function eventFindings(name: string, { path, subscriptions, errors }: ReadRecord, check: Check): Finding[] {
  const misnamed = misnamedEvents(name)
  const naming: Finding[] = misnamed === undefined ? [] : [{ severity: 'error', path, reason: misnamed }]
  if (!subscriptions) return [...naming, ...errors]
  const leads = sinksOf(subscriptions, check.domain).flatMap((lead): Finding[] => {
    const at = [...path, ...lead.path]
    const round = topicBehind(lead.name, check.find)
    if (round) return [{ severity: 'error', path: at, reason: roundOf(name, round) }]
    if (check.find(lead.name) || check.stands(lead.name)) return []
    return [{ severity: 'note', path: at, reason: `"${lead.name}" has no record in what was read.` }]
  })
  return [...naming, ...leads]
}

/** A single record, as it is put under a key: the map holds fields, not names. */
function looksLikeRecord(value: object): boolean {
  const { endpoints, rules, alias } = value as { endpoints?: unknown; rules?: unknown; alias?: unknown }
  const isName = typeof alias === 'string' && !alias.includes(':')
  return [endpoints, rules, alias].some(Array.isArray) || isName
}

/** Reads records, one after the other. */
function reader(): (name: string | undefined, path: Path, written: unknown) => ReadRecord {
  const issuesOf = recordChecker()
  const subscriptionIssuesOf = subscriptionsChecker()
  return (name, path, written) => {
    const refused = (errors: readonly Finding[]): ReadRecord => ({ name, path, written, parsed: undefined, errors })
    if (name !== undefined && isOfEvents(name)) {
      const errors = subscriptionIssuesOf(written).map(({ path: at, message }): Finding => {
        return { severity: 'error', path: [...path, ...at], reason: message }
      })
      if (errors.length > 0) return refused(errors)
      return { name, path, written, parsed: undefined, subscriptions: written as Subscriptions, errors }
    }
    if (typeof written === 'string') {
      try {
        return { name, path, written, parsed: parseRecord(written), errors: [] }
      } catch (error) {
        if (!(error instanceof MeshError)) throw error
        return refused([{ severity: 'error', path, reason: error.message }])
      }
    }
    const issues = issuesOf(written)
    if (issues.length === 0) return { name, path, written, parsed: recordOf(written as WrittenRecord), errors: [] }
    return refused(
      issues.map((issue) => ({ severity: 'error', path: [...path, ...issue.path], reason: issue.message })),
    )
  }
}
