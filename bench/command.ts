/** The command: what it takes to start, beside a Node that does nothing, in turns. CPU: the clock on the wall tells of what else the machine does. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMAND_START } from './limits.ts'
import { atMost, type Section } from './report.ts'
import { mean } from './statistics.ts'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

const rows: readonly { readonly title: string; readonly argv: readonly string[]; readonly isJudged?: true }[] = [
  { title: 'node -e 0', argv: ['-e', '0'] },
  { title: 'control: the same', argv: ['-e', '0'] },
  { title: 'selvedge --version', argv: [CLI, '--version'], isJudged: true },
  { title: 'selvedge get --help', argv: [CLI, 'get', '--help'], isJudged: true },
  { title: 'selvedge config get-targets', argv: [CLI, 'config', 'get-targets'] },
]
/** What twins may differ by, as a share, before there is no verdict. */
const SPREAD = 0.1

/** @param count how often each is started. */
export function measureCommand(count: number, say: (line: string) => void): Section {
  say(`command: ${count} starts of each of ${rows.length}`)
  const home = mkdtempSync(join(tmpdir(), 'selvedge-'))
  const taken: number[][] = rows.map(() => [])
  try {
    for (let round = 0; round < count; round++) {
      for (const [index, { argv }] of rows.entries()) {
        const before = childrenMs()
        execFileSync(process.execPath, argv, { env: { XDG_CONFIG_HOME: home }, stdio: 'ignore' })
        taken[index]?.push(childrenMs() - before)
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  const ms = (index: number) => mean(taken[index] ?? [])
  const ratio = (index: number) => ms(index) / ms(0)
  const isQuiet = Math.abs(ratio(1) - 1) <= SPREAD
  return {
    title: `The command: ms CPU to start and end (mean of ${count} starts)`,
    table: [['', 'ms', 'x'], ...rows.map(({ title }, index) => [title, ms(index).toFixed(1), ratio(index).toFixed(2)])],
    checks: rows.flatMap(({ title, isJudged }, index) =>
      isJudged ? [atMost(`${title}, times node -e 0`, ratio(index), COMMAND_START, isQuiet)] : [],
    ),
  }
}

/** CPU of all children that have ended, in steps of 10 ms: of many starts together it is exact. */
function childrenMs(): number {
  // proc(5): utime and stime of the children that were waited for are the 16th and 17th field, in hundredths of a second.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}
