/** A process that runs workerd, killed at any moment, with all that it has started, and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface KeptProcess {
  /** Of the Worker that runs now. */
  readonly url: string
  /** Resolves once it has written where it is. */
  start(...more: readonly string[]): Promise<void>
  /** `kill -9` of the process and of what it has started: nothing is said, nothing is ended. */
  kill(): Promise<void>
}

/** @param script its first line of output is JSON with `url`. */
export function keptProcess(script: URL, ...args: readonly string[]): KeptProcess {
  const file = fileURLToPath(script)
  let child: ChildProcess | undefined
  let url = ''
  return {
    get url() {
      return url
    },
    async start(...more) {
      child = spawn(process.execPath, ['--no-warnings', file, ...args, ...more], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      if (!child.stdout) throw new Error('It has no output.')
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      ;({ url } = JSON.parse(line) as { url: string })
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      for (const pid of childrenOf(child.pid as number)) process.kill(pid, 'SIGKILL')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((each) => {
      try {
        // pid (command) state parent …
        const [, parent] = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${each}/stat`, 'utf8')) ?? []
        return Number(parent) === pid
      } catch {
        return false
      }
    })
}
