/** Unknown text to a record, or to a message that says where, what stood there and what may. */
import * as v from 'valibot'
import { MeshError } from '../core/errors.ts'
import { withoutUserinfoIn } from '../core/userinfo.ts'
import { isEndpointUrl } from './address.ts'
import { policySchema, recordOf, recordSchema, type ServiceRecord, type WrittenPolicy } from './record.ts'

/** Characters of a record, at most: as many as the command reads of a file. A parser of JSON takes seconds for 10 MB of brackets. */
const MAX_CHARACTERS = 1_048_576
/** How much of a wrong value a message repeats. */
const SHOWN_CHARACTERS = 80
/** Issues named in one message; more are counted. */
const SHOWN_ISSUES = 3

/**
 * Parses what stands under a registry key: a bare URL, or a JSON service record.
 *
 * @throws {MeshError} `record_invalid`, with the JSON path of everything that was not understood.
 */
export function parseRecord(text: string): ServiceRecord {
  if (text.length > MAX_CHARACTERS)
    throw new MeshError('record_invalid', `Expected at most ${MAX_CHARACTERS} characters, got ${text.length}.`)
  const trimmed = text.trim()
  if (isEndpointUrl(trimmed)) return recordOf({ endpoints: [trimmed] })
  if (trimmed.startsWith('{')) return recordOf(parseWith(recordSchema(), trimmed))
  throw new MeshError('record_invalid', `Expected a URL or a JSON object, got ${shown(trimmed)}.`)
}

/**
 * Parses a policy, as in `MESH_DEFAULTS`.
 *
 * @throws {MeshError} `record_invalid`, with the JSON path of everything that was not understood.
 */
export function parsePolicy(text: string): WrittenPolicy {
  return parseWith(policySchema(), text)
}

/** One thing that is wrong with a record. */
export interface Issue {
  /** Keys and indexes from the record to the field. */
  readonly path: readonly (string | number)[]
  /** What may stand there, and what did; without the place. */
  readonly message: string
}

/**
 * Says all that is wrong with one record after another, nothing where the mesh would obey it: to make the schema takes
 * longer than to check most of them.
 */
export function recordChecker(): (value: unknown) => Issue[] {
  return checker(recordSchema())
}

/** Of an object valibot names one field that it does not know: the others are found without that one. */
const MOST_PASSES = 50

/** Says all that is wrong with one value after another. */
export function checker(schema: v.GenericSchema): (value: unknown) => Issue[] {
  return (value) => {
    const found = new Map<string, Issue>()
    let rest = value
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const { issues = [] } = v.safeParse(schema, rest)
      for (const issue of issues) {
        const path = keysOf(issue) as (string | number)[]
        // What was written, with the fields that are left out by now.
        const input = path.reduce((value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key], value)
        const message = reasonOf({ ...issue, input })
        found.set(JSON.stringify([path, message]), { path, message })
      }
      const unknown = issues.filter(isUnknownField)
      if (unknown.length === 0) break
      rest = unknown.reduce((rest, issue) => without(rest, keysOf(issue)), rest)
    }
    return [...found.values()]
  }
}

/** A copy that lacks one field. */
function without(value: unknown, [key, ...rest]: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? without(item, rest) : item))
  const entries = Object.entries(value as object)
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key))
  return Object.fromEntries(entries.map(([name, field]) => [name, name === key ? without(field, rest) : field]))
}

function parseWith<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const { message } = cause as Error
    // What the engine repeats of the text may be part of a password.
    const said = text.includes('@') ? message.split(', ', 1)[0] : message
    throw new MeshError('record_invalid', `Not JSON: ${said}.`)
  }
  const { success, issues, output } = v.safeParse(schema, value)
  if (success) return output
  const told = issues.slice(0, SHOWN_ISSUES).map(sentenceOf)
  if (issues.length > SHOWN_ISSUES) told.push(`And ${issues.length - SHOWN_ISSUES} more.`)
  throw new MeshError('record_invalid', told.join(' '))
}

function sentenceOf(issue: v.BaseIssue<unknown>): string {
  return `${cut(`$${keysOf(issue).map(step).join('')}`)}: ${reasonOf(issue)}`
}

function keysOf({ path }: v.BaseIssue<unknown>): unknown[] {
  return path?.map(({ key }) => key) ?? []
}

function reasonOf({ type, path, expected, received, message, input }: v.BaseIssue<unknown>): string {
  if (isUnknownField({ type, path, expected })) return 'is not a field that this version knows.'
  if (type === 'strict_object' && path && received === 'undefined') return 'is missing.'
  return `${message.startsWith('Invalid') ? `Expected ${expected}` : message}, got ${shown(input)}.`
}

function isUnknownField({ type, path, expected }: Pick<v.BaseIssue<unknown>, 'type' | 'path' | 'expected'>): boolean {
  return type === 'strict_object' && path !== undefined && expected === 'never'
}

function step(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`
  return /^[\w$]+$/.test(String(key)) ? `.${key}` : `[${withoutUserinfoIn(JSON.stringify(key))}]`
}

function shown(value: unknown): string {
  try {
    // JSON has no word for NaN and what is infinite.
    const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
    return (
      cut(withoutUserinfoIn(text)) +
      (Array.isArray(value) && text.length > SHOWN_CHARACTERS ? ` (${value.length} in all)` : '')
    )
  } catch {
    return 'a value that is nested too deep'
  }
}

function cut(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}
