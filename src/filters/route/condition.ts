/** One thing that must hold of a request, beside its path: a method, a header, a query parameter. */
import { pattern } from '../../math/pattern/pattern.ts'
import type { Match } from '../../policy/match.ts'
import type { Asked } from './asked.ts'

export interface Condition {
  holds(asked: Asked): boolean
  /** What it compares, where it holds for one value alone: conditions on the same thing are looked up, not tried in turn. */
  readonly key: string | undefined
  readonly value: string
  read(asked: Asked): string | null
}

/** The conditions of a match but for its path; those that are quick to look up first. */
export function conditionsOf({ method, headers = [], queryParams = [] }: Match): Condition[] {
  const conditions: Condition[] = []
  for (const header of distinct(headers, ({ name }) => name.toLowerCase())) {
    const name = header.name.toLowerCase()
    conditions.push(condition(header, `header ${name}`, (asked) => asked.header(name)))
  }
  for (const parameter of distinct(queryParams, ({ name }) => name)) {
    conditions.push(condition(parameter, `query ${parameter.name}`, (asked) => asked.query(parameter.name)))
  }
  if (method !== undefined) conditions.push(exactly(method, 'method', (asked) => asked.method))
  conditions.sort((one, other) => Number(other.key !== undefined) - Number(one.key !== undefined))
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
  read: Condition['read'],
): Condition {
  if (type !== 'RegularExpression') return exactly(value, key, read)
  const { test } = machine(value)
  return {
    key: undefined,
    value,
    read,
    holds(asked) {
      const said = read(asked)
      return said !== null && test(said)
    },
  }
}

function exactly(value: string, key: string, read: Condition['read']): Condition {
  return { key, value, read, holds: (asked) => read(asked) === value }
}

/** Made when first asked: a rule that is never reached costs no program. */
function machine(source: string): { test(text: string): boolean } {
  let made: { test(text: string): boolean } | undefined
  return {
    test(text) {
      made ??= pattern(source)
      return made.test(text)
    },
  }
}
