/** A decision as lines: what was read, which rules matched and why, where the request goes, and what comes of it. */
import type { Decision } from '../../admin/client.ts'
import { printable } from '../print/printable.ts'
import type { Style, Styled } from '../print/style.ts'
import { type Column, tableLines } from '../print/table.ts'
import { candidateLines } from './candidates.ts'
import { valueLines } from './values.ts'

type Lead = Decision['leads'][number]
type Rule = Decision['records'][number]['rules'][number]

const RULES: readonly Column<Rule>[] = [
  { name: 'RULE', of: ({ label }) => label },
  { name: 'MATCHES', of: ({ matched, isTaken }) => (isTaken ? 'taken' : matched ? 'yes' : 'no') },
  { name: 'WHY', of: ({ why }) => why },
]

export function decisionLines(decision: Decision, isWide: boolean): Styled[] {
  const { request, names, read, records, leads, refused, access = [] } = decision
  return [
    [{ text: `${request.method} ${request.path} of ${request.name}`, style: 'strong' }],
    ...(names.length > 1 ? [`Names followed: ${names.join(' → ')}`] : []),
    `Records read: ${read.map(readText).join(', ') || 'none'}`,
    ...records.flatMap(({ key, revision, rules }) => [
      '',
      `Rules of ${key}${ofRevision(revision)}`,
      ...indented(tableLines(RULES, rules, printable)),
    ]),
    ...(access.length > 0 ? ['', 'Who may call', ...access.map(accessLine)] : []),
    ...leads.flatMap((lead) => ['', ...leadLines(lead, isWide)]),
    ...(refused ? ['', outcomeLine(refused)] : []),
  ]
}

function accessLine(told: NonNullable<Decision['access']>[number]): Styled {
  const { record, rule, effect, mode } = told
  if (effect === 'unknown') {
    const { without } = told
    const denies = mode === 'audit' ? 'would deny' : 'denies'
    const [turned, plain] = without.effect === 'deny' ? ['allows', denies] : [denies, 'allows']
    const claims = `by the rule "${rule}" it ${turned} who has the claims; without them it ${plain}, ${byRule(without.rule)}`
    return ['  ', { text: 'depends on claims', style: 'warn' }, `: ${record}: ${claims}`]
  }
  const isBad = effect === 'deny' && mode === 'enforce'
  const would = effect === 'deny' && mode === 'audit' ? 'would deny' : effect === 'deny' ? 'denies' : 'allows'
  return ['  ', { text: would, style: isBad ? 'bad' : 'good' }, ` ${record}, ${byRule(rule)}`]
}

function byRule(rule: string): string {
  return rule === 'default' ? 'by its default' : `by the rule "${rule}"`
}

/** The errors that callers would get, each once. */
export function refusalsIn({ leads, refused }: Decision): string[] {
  const all = [...leads.map(({ outcome }) => outcome), ...(refused ? [refused] : [])]
  return [...new Set(all.flatMap((outcome) => (outcome.is === 'refused' ? [outcome.code] : [])))]
}

function leadLines(
  { share, rule, backend, isKept, key, revision, filters, policy, candidates, outcome }: Lead,
  isWide: boolean,
): Styled[] {
  const which = backend ?? 'its own endpoints'
  const why = [rule === undefined ? '' : `by ${rule}`, isKept ? 'for its session' : ''].filter(Boolean).join(', ')
  const record = key === undefined ? '' : `: ${key}${ofRevision(revision)}`
  return [
    [{ text: `${percent(share)} to ${which}${why && ` (${why})`}${record}`, style: 'strong' }],
    ...filters.map(({ type, does }) => `  ${type} ${does}`),
    outcomeLine(outcome, '  '),
    ...(outcome.is === 'answered' ? [] : ['  Endpoints', ...indented(indented(candidateLines(candidates, isWide)))]),
    ...(key === undefined ? [] : ['  Policy', ...indented(indented(valueLines(policy, isWide)))]),
  ]
}

function outcomeLine(outcome: Lead['outcome'], indent = ''): Styled {
  const styled = (text: string, style: Style, rest: string): Styled => [indent, { text, style }, rest]
  switch (outcome.is) {
    case 'sent':
      return styled('sent', 'good', ` as ${outcome.path} of ${outcome.host}`)
    case 'answered':
      return styled(
        'answered',
        'good',
        ` ${outcome.status}${outcome.location ? `, location: ${outcome.location}` : ''}`,
      )
    case 'refused':
      return styled('refused', 'bad', ` ${outcome.code} (${outcome.status}): ${outcome.detail}`)
  }
}

function readText({ key, isThere, revision, isWhatIf }: Decision['read'][number]): string {
  return `${key} (${isThere ? (isWhatIf ? 'what-if' : revision === undefined ? 'no revision' : `revision ${revision}`) : 'no record'})`
}

function ofRevision(revision: string | undefined): string {
  return revision === undefined ? '' : `, revision ${revision}`
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
