/** Runs the command in this process, and keeps what it says. */
import { run } from '../../src/cli/program.ts'

export async function selvedge(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const code = await run(argv, { out: (text) => out.push(text), err: (text) => err.push(text) })
  return { code, out: out.join(''), err: err.join('') }
}
