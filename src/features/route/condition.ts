/** Conditions of a rule on a request, besides its path: method, headers, query parameters. */
import { MeshError } from '../../core/errors.ts'
import { patterns } from '../../math/pattern/pattern.ts'
import type { Asked } from './asked.ts'
import type { Match } from './policy.ts'

/** The most work of a record's regular expressions for one request: steps times characters. */
const MOST_LOOKS = 5_000_000
/** A text up to this length is not counted: even a record with all its steps does a fifth of that work on it. */
const UNCOUNTED_CHARACTERS = 100

/** Conditions on the same part of a request stand together. It is read once, and looked up among their values. */
export interface Condition {
  readonly part: string
  /** The value that must be read: a text, or the number of a regular expression. */
  readonly value: string | number
  read(asked: Asked): string | null | readonly number[]
}

type Read = (asked: Asked) => string | null

/**
 * The conditions of a match, except its path. Those without regular expressions come first: they are quicker.
 *
 * @param joined collects the regular expressions of all matches of a record.
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
  if (method !== undefined) conditions.push({ part: 'method', value: method, read: (asked) => asked.method })
  conditions.sort((one, other) => Number(isExpression(one)) - Number(isExpression(other)))
  return conditions
}

/** The Gateway API: of entries with the same name only the first counts. */
export function distinct<Of>(all: readonly Of[], nameOf: (one: Of) => string): Of[] {
  const first = new Map<string, Of>()
  for (const one of all) if (!first.has(nameOf(one))) first.set(nameOf(one), one)
  return [...first.values()]
}

function condition(
  { type, value }: { type?: string | undefined; value: string },
  part: string,
  read: Read,
  joined: Joined,
): Condition {
  return type === 'RegularExpression' ? joined(part, read, value) : { part, value, read }
}

function isExpression({ value }: Condition): boolean {
  return typeof value === 'number'
}

export type Joined = (part: string, read: Read, source: string) => Condition

/** Makes conditions of regular expressions. All with the same part run as one program, once for each request. */
export function joined(): Joined {
  const all = new Map<string, ReturnType<typeof onOne>>()
  // One function for the whole record: `asked.once` finds the rest of the budget by it.
  const spent = () => ({ left: MOST_LOOKS })
  return (part, read, source) => {
    const { sources, find } = all.get(part) ?? onOne(part, read, spent)
    all.set(part, { sources, find })
    if (!sources.includes(source)) sources.push(source)
    return { part: `${part} ~`, value: sources.indexOf(source), read: (asked) => asked.once(find) }
  }
}

function onOne(part: string, read: Read, spent: () => { left: number }) {
  const sources: string[] = []
  const compiled = patterns(sources, (numbers) => numbers)
  const find = (asked: Asked) => {
    const said = read(asked)
    if (said && said.length > UNCOUNTED_CHARACTERS) {
      const budget = asked.once(spent)
      const most = Math.floor(budget.left / compiled.steps)
      // Refused, not skipped: else another rule would take the request.
      if (said.length > most) throw tooLong(part, said.length, most)
      budget.left -= said.length * compiled.steps
    }
    return (said === null ? undefined : compiled.of(said)) ?? NONE
  }
  return { sources, find }
}

function tooLong(part: string, characters: number, most: number): MeshError {
  const code = part.startsWith('header') ? 'header_too_large' : 'uri_too_long'
  return new MeshError(
    code,
    `The ${part} has ${characters} characters; the regular expressions of the record read ${most}.`,
  )
}

const NONE: readonly number[] = []
