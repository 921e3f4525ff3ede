/** The description of a record as lines: who wrote it, its endpoints, rules and policy, and who refers to it. */
import type { DescriptionView } from '../../admin/client.ts'
import { spelled } from '../../manifest/yaml/spelled.ts'
import { ageOf } from '../print/age.ts'
import { printable } from '../print/printable.ts'
import type { Styled } from '../print/style.ts'
import { type Column, tableLines } from '../print/table.ts'
import { candidateLines } from './candidates.ts'
import { valueLines } from './values.ts'

const REFERRERS: readonly Column<DescriptionView['referredBy'][number]>[] = [
  { name: 'NAME', of: ({ name }) => name },
  { name: 'WHERE', of: ({ path }) => spelled(path).replace(/: $/, '') },
]

const RULES: readonly Column<DescriptionView['rules'][number]>[] = [
  { name: 'RULE', of: ({ label }) => label },
  { name: 'LEADS_TO', of: ({ leadsTo }) => leadsTo.join(',') || 'its own endpoints' },
  {
    name: 'POLICY',
    of: ({ policy }) => policy.map(({ field, value }) => `${field}=${JSON.stringify(value)}`).join(' '),
  },
]

/** @param now in milliseconds since the epoch. */
export function descriptionLines(told: DescriptionView, now: number, isWide: boolean): Styled[] {
  const { name, revision, author, at, message, origin, state, refused, alias, rules, candidates, policy, referredBy } =
    told
  const by = author === null ? `by nobody that is known (${origin})` : `by ${author}`
  return [
    [{ text: name, style: 'strong' }],
    `Revision: ${revision}, ${by}, ${ageOf(now - Date.parse(at))} ago${message === '' ? '' : `: ${message}`}`,
    ['State: ', { text: state, style: state === 'published' ? 'good' : 'warn' }],
    ...(refused === undefined ? [] : [['Refused: ', { text: refused, style: 'bad' }] as const]),
    ...(alias ? [`Alias of: ${alias.join(', ')}. Rules and policy are those of the first that can be used.`] : []),
    ...section('Endpoints', alias || refused !== undefined ? [] : candidateLines(candidates, isWide)),
    ...section('Rules', rules.length === 0 ? [] : tableLines(RULES, rules, printable)),
    ...section('Policy', policy.length === 0 ? [] : valueLines(policy, isWide)),
    ...section('Referred to by', referredBy.length === 0 ? ['nobody'] : tableLines(REFERRERS, referredBy, printable)),
  ]
}

function section(title: string, lines: readonly string[]): Styled[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}
