/** Checks as the command tells them: a mark, a number and a title each, and below those that did not pass what was found, what to do and where to read on. */
import type { CheckView } from '../admin/client.ts'
import { spelled } from '../manifest/yaml/spelled.ts'
import type { Piece, Styled } from './print/style.ts'

type CheckState = CheckView['state']

const MARKS: Readonly<Record<CheckState, Piece>> = {
  passed: { text: '√', style: 'good' },
  warned: { text: '‼', style: 'warn' },
  failed: { text: '×', style: 'bad' },
  unseen: { text: '–', style: 'quiet' },
}

/** Lines, group by group. */
export function checkReport(results: readonly CheckView[]): Styled[] {
  const groups = [...new Set(results.map(({ group }) => group))]
  const width = String(results.length).length
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : ['']),
    group,
    '-'.repeat(group.length),
    ...results.filter((result) => result.group === group).flatMap((result) => linesOf(result, width)),
  ])
}

function linesOf({ state, number, title, findings, more, hint, link }: CheckView, width: number): Styled[] {
  const unseen = state === 'unseen' ? ': not seen from here' : ''
  const head = [MARKS[state], ` ${String(number).padStart(width)} ${title}${unseen}`]
  if (findings.length === 0) return [head]
  const indent = ' '.repeat(width + 3)
  const told = findings.map(
    ({ name, path = [], message }) => `${name === undefined ? '' : `${name}: `}${spelled(path)}${message}`,
  )
  const lines = [...told, ...(more > 0 ? [`and ${more} more.`] : []), hint, `see ${link}`]
  return [head, ...lines.map((line) => indent + line)]
}

/** The last line: how many, of each state that there is. */
export function checkSummary(results: readonly CheckView[]): string {
  const count = (state: CheckState) => results.filter((result) => result.state === state).length
  const [failed, warned, passed, unseen] = [count('failed'), count('warned'), count('passed'), count('unseen')]
  const all = [
    failed > 0 ? `${failed} failed` : '',
    warned > 0 ? `${warned} ${warned === 1 ? 'warning' : 'warnings'}` : '',
    `${passed} passed`,
    unseen > 0 ? `${unseen} not seen` : '',
  ]
  return `${all.filter((one) => one !== '').join(', ')}.`
}
