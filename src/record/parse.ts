/** Unknown text to a record, or to a message that says where, what stood there and what may. */
import * as v from 'valibot'
import { MeshError } from '../core/errors.ts'
import { withoutUserinfoIn } from '../core/text/userinfo.ts'
import { isEndpointUrl } from '../schema/address.ts'
import { nearest } from '../schema/near.ts'
import type { WrittenPolicy } from './fields.ts'
import { fieldsAt } from './fields-at.ts'
import { policySchema, recordOf, recordSchema, type ServiceRecord } from './record.ts'

/** Characters of a record, at most: as many as the command reads of a file. A parser of JSON takes seconds for 10 MB of brackets. */
const MAX_CHARACTERS = 1_048_576
/** How much of a wrong value a message repeats. */
const SHOWN_CHARACTERS = 80
/** Issues named in one message; more are counted. */
const SHOWN_ISSUES = 3

/**
 * Parses what stands under a registry key: a bare URL, or a JSON service record. Throws a {@link MeshError}
 * `record_invalid`, with the JSON path of everything that was not understood.
 */
export type RecordParser = (text: string) => ServiceRecord

/** What a mesh lacks to obey a record that is well written; `undefined` where nothing. */
export type Lacks = (record: ServiceRecord) => string | undefined

/**
 * For one record after another: the schema of a field is made for the first record that has it, and kept.
 *
 * @param lacks refuses what this mesh could not obey.
 */
export function recordParser(lacks?: Lacks): RecordParser {
  const schema = recordSchema()
  return (text) => {
    const record = read(text)
    const lack = lacks?.(record)
    if (lack !== undefined) throw new MeshError('record_invalid', lack)
    return record
  }

  function read(text: string): ServiceRecord {
    if (text.length > MAX_CHARACTERS)
      throw new MeshError('record_invalid', `Expected at most ${MAX_CHARACTERS} characters, got ${text.length}.`)
    const trimmed = text.trim()
    if (isEndpointUrl(trimmed)) return recordOf({ endpoints: [trimmed] })
    if (trimmed.startsWith('{')) return recordOf(parseWith(schema, trimmed))
    throw new MeshError('record_invalid', `Expected a URL or a JSON object, got ${shown(trimmed)}.`)
  }
}

/** Parses one record alone, as {@link recordParser} does. */
export function parseRecord(text: string): ServiceRecord {
  return recordParser()(text)
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

/** Says all that is wrong with one record after another, nothing where the mesh would obey it. */
export function recordChecker(): (value: unknown) => Issue[] {
  return checker(recordSchema())
}

/** Of an object valibot names one field that it does not know: the others are found without that one. */
const MOST_PASSES = 50

/** Says all that is wrong with one value after another. A field whose name is a slip away is read as what was meant. */
export function checker(schema: v.GenericSchema): (value: unknown) => Issue[] {
  return (value) => {
    // In the order in which the schema comes to them, first of all.
    const seen = new Map<string, Issue>()
    const isTold = new Set<string>()
    const add = (path: Issue['path'], message: string, told: boolean) => {
      const key = JSON.stringify([path, message])
      if (!seen.has(key)) seen.set(key, { path, message })
      if (told) isTold.add(key)
    }
    const meant: Renamed[] = []
    let rest = value
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const { issues = [] } = v.safeParse(schema, rest)
      // What is missed for want of a name that was misspelled is not missing.
      const isLast = pass === MOST_PASSES - 1 || !issues.some(isUnknownField)
      for (const issue of issues) {
        const at = keysOf(issue) as (string | number)[]
        const path = asWritten(at, meant)
        if (!isUnknownField(issue)) {
          // What was written, with the fields that are left out by now.
          const input = path.reduce(
            (value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key],
            value,
          )
          add(path, reasonOf({ ...issue, input }), isLast)
          continue
        }
        const name = meantBy(at, rest, schema)
        add(path, reasonOf(issue) + (name === undefined ? '' : ` Did you mean "${name}"?`), true)
        rest = renamed(rest, at, name)
        if (name !== undefined) meant.push({ parent: at.slice(0, -1), name, written: String(at.at(-1)) })
      }
      if (isLast) break
    }
    return [...seen].filter(([key]) => isTold.has(key)).map(([, issue]) => issue)
  }
}

/** A field that was read under another name than the one that it has. */
interface Renamed {
  readonly parent: readonly (string | number)[]
  readonly name: string
  readonly written: string
}

/** The field that was meant by a name that is not known, and is not there yet. */
function meantBy(path: readonly (string | number)[], value: unknown, schema: v.GenericSchema): string | undefined {
  const parent = path.slice(0, -1)
  const siblings = parent.reduce((value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key], value)
  const { own, all } = fieldsAt(schema, value, parent)
  const free = (names: readonly string[]) => names.filter((name) => !Object.hasOwn(siblings as object, name))
  const key = String(path.at(-1))
  const near = nearest(key, free(own))
  if (near !== undefined) return near
  const other = nearest(key, free(all))
  // With that name it must be what has such a field.
  const isKnown = other !== undefined && fieldsAt(schema, renamed(value, path, other), parent).own.includes(other)
  return isKnown ? other : undefined
}

function asWritten(path: readonly (string | number)[], meant: readonly Renamed[]): (string | number)[] {
  return path.map((key, index) => {
    const one = meant.find(
      ({ parent, name }) => name === key && parent.length === index && parent.every((step, at) => step === path[at]),
    )
    return one?.written ?? key
  })
}

/** A copy in which a field has another name, or is not there. */
function renamed(value: unknown, [key, ...rest]: readonly unknown[], name: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? renamed(item, rest, name) : item))
  const entries = Object.entries(value as object)
  return Object.fromEntries(
    entries.flatMap(([written, field]): [string, unknown][] => {
      if (written !== key) return [[written, field]]
      if (rest.length > 0) return [[written, renamed(field, rest, name)]]
      return name === undefined ? [] : [[name, field]]
    }),
  )
}

/** @throws {MeshError} `record_invalid`, with the JSON path of everything that was not understood. */
export function parseWith<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const { message } = cause as Error
    // What the engine repeats of the text may be part of a password, a key or a secret.
    const said = /[@?]|secret/.test(text) ? message.split(', ', 1)[0] : message
    throw new MeshError('record_invalid', `Not JSON: ${said}.`)
  }
  return validated(schema, value)
}

/**
 * A value of this form.
 *
 * @throws {MeshError} `record_invalid`, with the JSON path of everything that was not understood.
 */
export function validated<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
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
  // Some write the secret itself where its name belongs.
  const got = path?.at(-1)?.key === 'secret' ? 'something else' : shown(input)
  return `${message.startsWith('Invalid') ? `Expected ${expected}` : message}, got ${got}.`
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
