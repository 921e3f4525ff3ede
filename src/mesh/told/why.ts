/** Which conditions of a rule hold for a request, and which do not: asked one by one of the very code that matches. */
import { MeshError } from '../../core/errors.ts'
import type { Asked } from '../../features/route/asked.ts'
import { distinct } from '../../features/route/condition.ts'
import { matcher, ranked } from '../../features/route/match.ts'
import type { Match } from '../../features/route/policy.ts'
import type { Rule } from '../../record/rule.ts'
import type { ConditionTold, MatchTold, RuleTold } from './decision.ts'

/** How much of a value is repeated. */
const SHOWN_CHARACTERS = 200

/** @param taken the label of the rule that the request is for, if any is. */
export function rulesTold(rules: readonly Rule[], asked: Asked, taken: string | undefined): RuleTold[] {
  const told = rules.map(({ matches = [] }) => matches.map((match) => matchTold(match, asked)))
  const best = ranked(rules).find(({ rule, match }) => {
    const index = rules[rule]?.matches?.indexOf(match) ?? -1
    return index === -1 || told[rule]?.[index]?.holds
  })
  return rules.map((rule, index) => {
    const label = labelOf(rule, index)
    const matches = told[index] as MatchTold[]
    const matched = matches.length === 0 || matches.some(({ holds }) => holds)
    const isTaken = label === taken
    return { label, matched, isTaken, why: whyOf(), matches }

    function whyOf(): string {
      if (!matched) return matches.map(failures).join('; ')
      const other = best && rules[best.rule]
      if (other && best.rule !== index) {
        return `It matches; ${labelOf(other, best.rule)} does, too, and is more specific or stands before it.`
      }
      return matches.length === 0 ? 'It is for every request.' : 'Its match holds.'
    }
  })
}

/** As routes name it. */
export function labelOf({ name }: Rule, index: number): string {
  return name ?? `rules[${index}]`
}

function matchTold(match: Match, asked: Asked): MatchTold {
  const conditions = partsOf(match, asked).map(({ part, ...told }) => ({ ...told, ...holds(part, asked) }))
  return { holds: conditions.every(({ holds }) => holds), conditions }
}

/** A match of one condition alone is matched as a whole one is. */
function holds(part: Match, asked: Asked): Pick<ConditionTold, 'holds' | 'refused'> {
  try {
    return { holds: matcher([{ matches: [part] }])(asked) === 0 }
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return { holds: false, refused: error.message }
  }
}

interface Part extends Omit<ConditionTold, 'holds' | 'refused'> {
  readonly part: Match
}

function partsOf({ path, method, headers = [], queryParams = [] }: Match, asked: Asked): Part[] {
  const parts: Part[] = []
  if (path) {
    const { type = 'PathPrefix', value = '/' } = path
    parts.push({ on: 'path', type, wanted: value, found: cut(asked.path), part: { path } })
  }
  if (method !== undefined) {
    parts.push({ on: 'method', type: 'Exact', wanted: method, found: asked.method, part: { method } })
  }
  for (const header of distinct(headers, ({ name }) => name.toLowerCase())) {
    const name = header.name.toLowerCase()
    const { type = 'Exact', value } = header
    parts.push({
      on: `header ${name}`,
      type,
      wanted: value,
      found: cut(asked.header(name)),
      part: { headers: [header] },
    })
  }
  for (const parameter of queryParams) {
    const { type = 'Exact', name, value } = parameter
    parts.push({
      on: `query ${name}`,
      type,
      wanted: value,
      found: cut(asked.query(name)),
      part: { queryParams: [parameter] },
    })
  }
  return parts
}

function cut(text: string | null): string | null {
  return text !== null && text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}

/** What of a match does not hold, in words. */
function failures({ conditions }: MatchTold): string {
  return conditions
    .filter(({ holds }) => !holds)
    .map(failure)
    .join(', ')
}

function failure({ on, type, wanted, found, refused }: ConditionTold): string {
  if (refused !== undefined) return refused
  if (found === null) return `${on} is not there`
  const said = on === 'path' || on === 'method' ? `${on} ${found}` : `${on} is "${found}"`
  if (type === 'RegularExpression') return `${said}, which "${wanted}" does not match`
  if (type === 'PathPrefix') return `${said} is not under ${wanted}`
  return on === 'path' || on === 'method' ? `${said} is not ${wanted}` : `${said}, not "${wanted}"`
}
