/** One thing that must hold of a request, beside its path: a method, a header, a query parameter. */
import { MeshError } from '../../core/errors.ts'
import { patterns } from '../../math/pattern/pattern.ts'
import type { Asked } from './asked.ts'
import type { Match } from './policy.ts'

/** Looks that the expressions of a record may cost a request, at most: each of their steps may be looked at for each character. */
const MOST_LOOKS = 5_000_000
/** A text of so many characters is not counted: all steps of a record make a fifth of that of it. */
const UNCOUNTED_CHARACTERS = 100

/** Conditions of one key read the same of a request, once, and what is read is looked up among their values. */
export interface Condition {
  readonly key: string
  /** What must be read: this text, or the number of this expression among others. */
  readonly value: string | number
  read(asked: Asked): string | null | readonly number[]
}

type Read = (asked: Asked) => string | null

/**
 * The conditions of a match but for its path; those that are quick to look up first.
 *
 * @param joined the expressions of all matches of a record.
 */
export function conditionsOf({ method, headers = [], queryParams = [] }: Match, joined: Joined): Condition[] {
  const conditions: Condition[] = []
  for (const header of distinct(headers, ({ name }) => name.toLowerCase())) {
    const name = header.name.toLowerCase()
    conditions.push(condition(header, `header ${name}`, (asked) => asked.header(name), joined))
  }
  for (const parameter of distinct(queryParams, ({ name }) => name)) {
    conditions.push(condition(parameter, `query ${parameter.name}`, (asked) => asked.query(parameter.name), joined))
  }
  if (method !== undefined) conditions.push({ key: 'method', value: method, read: (asked) => asked.method })
  conditions.sort((one, other) => Number(isExpression(one)) - Number(isExpression(other)))
  return conditions
}

/** Of names that are the same only the first counts, as the Gateway API has it. */
export function distinct<Of>(all: readonly Of[], nameOf: (one: Of) => string): Of[] {
  const first = new Map<string, Of>()
  for (const one of all) if (!first.has(nameOf(one))) first.set(nameOf(one), one)
  return [...first.values()]
}

function condition(
  { type, value }: { type?: string | undefined; value: string },
  key: string,
  read: Read,
  joined: Joined,
): Condition {
  return type === 'RegularExpression' ? joined(key, read, value) : { key, value, read }
}

function isExpression({ value }: Condition): boolean {
  return typeof value === 'number'
}

export type Joined = (key: string, read: Read, source: string) => Condition

/** Makes conditions of expressions: those of one key are run as one, once a request. */
export function joined(): Joined {
  const all = new Map<string, ReturnType<typeof onOne>>()
  // One and the same for all of a record, so that what a request has left is found again.
  const spent = () => ({ left: MOST_LOOKS })
  return (key, read, source) => {
    const { sources, find } = all.get(key) ?? onOne(key, read, spent)
    all.set(key, { sources, find })
    if (!sources.includes(source)) sources.push(source)
    return { key: `${key} ~`, value: sources.indexOf(source), read: (asked) => asked.once(find) }
  }
}

function onOne(key: string, read: Read, spent: () => { left: number }) {
  const sources: string[] = []
  const compiled = patterns(sources, (numbers) => numbers)
  const find = (asked: Asked) => {
    const said = read(asked)
    if (said && said.length > UNCOUNTED_CHARACTERS) {
      const budget = asked.once(spent)
      const most = Math.floor(budget.left / compiled.steps)
      // To pass it by would let another rule take the request.
      if (said.length > most) throw tooLong(key, said.length, most)
      budget.left -= said.length * compiled.steps
    }
    return (said === null ? undefined : compiled.of(said)) ?? NONE
  }
  return { sources, find }
}

function tooLong(key: string, characters: number, most: number): MeshError {
  const code = key.startsWith('header') ? 'header_too_large' : 'uri_too_long'
  return new MeshError(
    code,
    `The ${key} has ${characters} characters; the regular expressions of the record read ${most}.`,
  )
}

const NONE: readonly number[] = []
