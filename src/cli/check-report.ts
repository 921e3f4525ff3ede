/** Checks as the command tells them: a mark, a number and a title each, and below those that did not pass what was found, what to do and where to read on. */
import type { CheckResult, CheckState } from '../admin/checks/check.ts'
import { spelled } from '../manifest/yaml/spelled.ts'

const MARKS: Readonly<Record<CheckState, string>> = { passed: '√', warned: '‼', failed: '×', unseen: '–' }

/** Lines, group by group. */
export function checkReport(results: readonly CheckResult[]): string[] {
  const groups = [...new Set(results.map(({ group }) => group))]
  const width = String(results.length).length
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : ['']),
    group,
    '-'.repeat(group.length),
    ...results.filter((result) => result.group === group).flatMap((result) => linesOf(result, width)),
  ])
}

function linesOf({ state, number, title, findings, more, hint, link }: CheckResult, width: number): string[] {
  const head = `${MARKS[state]} ${String(number).padStart(width)} ${title}`
  if (findings.length === 0) return [state === 'unseen' ? `${head}: not seen from here` : head]
  const indent = ' '.repeat(width + 3)
  const told = findings.map(
    ({ name, path = [], message }) => `${name === undefined ? '' : `${name}: `}${spelled(path)}${message}`,
  )
  return [head, ...told, ...(more > 0 ? [`and ${more} more.`] : []), hint, `see ${link}`].map((line, index) =>
    index === 0 ? line : indent + line,
  )
}

/** The last line: how many, of each state that there is. */
export function checkSummary(results: readonly CheckResult[]): string {
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
