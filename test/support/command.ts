/** Runs the command in this process, with all that it would find around it given by the test. */

import type { Machine } from '../../src/cli/machine.ts'
import { run } from '../../src/cli/program.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The machine of a command that nobody looks at, without a network and without an environment. */
export function command(given: Partial<Machine> = {}): (...argv: string[]) => Promise<Ran> {
  return async (...argv) => {
    const out: string[] = []
    const err: string[] = []
    const code = await run(argv, {
      env: { HOME: '/nowhere' },
      clock: virtualClock(),
      fetch: async () => {
        throw new TypeError('This test has no network.')
      },
      ...given,
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
    })
    return { code, out: out.join(''), err: err.join('') }
  }
}
