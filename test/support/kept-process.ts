/** A process that runs workerd, killed at any moment, with all that it has started, and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { childrenOf } from './children.ts'

export interface KeptProcess {
  /** Of the Worker that runs now. */
  readonly url: string
  /** Resolves once it has written where it is. */
  start(...more: readonly string[]): Promise<void>
  /** Writes a line of JSON to it, and reads the next line that it writes. */
  ask(said: unknown): Promise<unknown>
  /** `kill -9` of the process and of what it has started: nothing is said, nothing is ended. */
  kill(): Promise<void>
}

/** @param script its first line of output is JSON with `url`. */
export function keptProcess(script: URL, ...args: readonly string[]): KeptProcess {
  const file = fileURLToPath(script)
  let child: ChildProcess | undefined
  let lines: Interface | undefined
  let url = ''

  async function line(): Promise<unknown> {
    if (!lines) throw new Error('It was not started.')
    const [text] = (await once(lines, 'line')) as [string]
    return JSON.parse(text)
  }
  return {
    get url() {
      return url
    },
    async start(...more) {
      const started = spawn(process.execPath, ['--no-warnings', file, ...args, ...more], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      child = started
      lines = createInterface({ input: started.stdout })
      ;({ url } = (await line()) as { url: string })
    },
    ask(said) {
      const answer = line()
      child?.stdin?.write(`${JSON.stringify(said)}\n`)
      return answer
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
