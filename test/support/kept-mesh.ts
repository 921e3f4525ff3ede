/** The built mesh and its control plane in Miniflare, in a process of its own, with all that they store on disk: killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { childrenOf } from './children.ts'

export interface KeptMesh {
  /** Of the mesh that runs now. */
  readonly url: string
  start(): Promise<void>
  /** `kill -9` of workerd and of Miniflare: nothing is said, nothing is ended. */
  kill(): Promise<void>
  /** What stands in KV under these names. */
  inKv(names: readonly string[]): Promise<(string | null)[]>
  dispose(): Promise<void>
}

/** @param token the control plane's `ADMIN_TOKEN`. */
export function keptMesh(token: string): KeptMesh {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-kept-'))
  const script = fileURLToPath(new URL('kept-mesh-child.ts', import.meta.url))
  let child: ChildProcess | undefined
  let lines: Interface | undefined
  let stdin: Writable | null = null
  let url = ''

  async function line(): Promise<unknown> {
    const [text] = (await once(lines as Interface, 'line')) as [string]
    return JSON.parse(text)
  }
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    for (const pid of childrenOf(child.pid as number)) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await gone
  }
  return {
    get url() {
      return url
    },
    async start() {
      child = spawn(process.execPath, ['--no-warnings', script, folder, token], { stdio: ['pipe', 'pipe', 'inherit'] })
      stdin = child.stdin
      lines = createInterface({ input: child.stdout as Readable })
      ;({ url } = (await line()) as { url: string })
    },
    kill,
    async inKv(names) {
      const answer = line()
      stdin?.write(`${JSON.stringify(names)}\n`)
      return (await answer) as (string | null)[]
    },
    async dispose() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
