/** What the bench says: tables for people, checks for exit codes. */

export interface Check {
  readonly title: string
  readonly value: number
  /** `<= 1.25` or `>= 1.9`. */
  readonly limit: string
  /** `undefined` where the control was off: there is no verdict. */
  readonly holds: boolean | undefined
}

export interface Section {
  readonly title: string
  /** The first row is the head. */
  readonly table: readonly (readonly string[])[]
  readonly checks: readonly Check[]
  /** What a reader must know beside the table. */
  readonly notes?: readonly string[]
}

/** @param isJudged false where the control was off. */
export function atMost(title: string, value: number, limit: number, isJudged = true): Check {
  return { title, value, limit: `<= ${limit}`, holds: isJudged ? value <= limit : undefined }
}

export function atLeast(title: string, value: number, limit: number, isJudged = true): Check {
  return { title, value, limit: `>= ${limit}`, holds: isJudged ? value >= limit : undefined }
}

/** 0 where all holds, 1 where a limit is broken, 3 where the machine was too noisy to judge. */
export function exitCode(sections: readonly Section[]): 0 | 1 | 3 {
  const verdicts = sections.flatMap(({ checks }) => checks.map(({ holds }) => holds))
  if (verdicts.includes(undefined)) return 3
  return verdicts.includes(false) ? 1 : 0
}

export function told({ title, table, checks, notes = [] }: Section): string {
  const verdicts = checks.map((check) => [check.title, number(check.value), check.limit, verdict(check)])
  return [title, ...aligned(table), ...notes.map((note) => `  ${note}`), '', ...aligned(verdicts), ''].join('\n')
}

/** Three digits or so, whatever the size. */
export function number(value: number): string {
  if (Number.isInteger(value)) return String(value)
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1)
}

function verdict({ holds }: Check): string {
  if (holds === undefined) return 'not judged'
  return holds ? 'ok' : 'OVER'
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
    return `  ${cells.join('  ')}`
  })
}
