/** HAProxy in front of the pool, where this machine has it (Debian's package `haproxy`). */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Haproxy {
  readonly url: string
  stop(): Promise<void>
}

/** Its version, `undefined` where it is not installed. */
export function haproxyVersion(): string | undefined {
  try {
    return /version (\S+)/.exec(execFileSync('haproxy', ['-v'], { encoding: 'utf8' }))?.[1]
  } catch {
    return undefined
  }
}

export async function startHaproxy(balance: 'roundrobin' | 'leastconn', ports: readonly number[]): Promise<Haproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-bench-'))
  const port = await freePort()
  const servers = ports.map((to, index) => `  server s${index} 127.0.0.1:${to}`)
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
listen pool
  bind 127.0.0.1:${port}
  balance ${balance}
${servers.join('\n')}
`,
  )
  // Without a master process (-db): it ends when its one process does.
  const child = spawn('haproxy', ['-db', '-q', '-f', 'haproxy.cfg'], { cwd: folder, stdio: 'ignore' })
  const kill = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', kill)
  const url = `http://127.0.0.1:${port}`
  await answering(url, child)
  return {
    url,
    async stop() {
      process.removeListener('exit', kill)
      const ended = once(child, 'exit')
      kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`HAProxy ended with ${child.exitCode}.`)
    try {
      await (await fetch(url)).text()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error('HAProxy did not answer within 5 s.')
}
