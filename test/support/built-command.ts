/** The built command, run as in a shell of its own, and a mesh of `selvedge dev` beside it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface Running {
  readonly child: ChildProcess
  readonly written: { out: string; err: string; both: string }
  /** Its exit code. */
  readonly ended: Promise<number>
}

type Env = Readonly<Record<string, string>>

export function running(argv: readonly string[], env: Env, cwd?: string): Running {
  const child = spawn(process.execPath, [CLI, ...argv], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const written = { out: '', err: '', both: '' }
  const keep = (where: 'out' | 'err') => (chunk: Buffer) => {
    written[where] += chunk
    written.both += chunk
  }
  child.stdout.on('data', keep('out'))
  child.stderr.on('data', keep('err'))
  return { child, written, ended: once(child, 'close').then(([code]) => (code as number | null) ?? -1) }
}

export interface DevMesh {
  readonly url: string
  /** What a command needs to reach it. */
  readonly env: Env
  stop(): Promise<void>
}

/** @param argv further flags of `dev`. */
export async function devMesh(argv: readonly string[] = [], env: Env = {}): Promise<DevMesh> {
  const token = 'a-token-for-one-run-of-a-test'
  const home = { HOME: '/nowhere' }
  const dev = running(['dev', '--port', '0', ...argv], { ADMIN_TOKEN: token, MESH_FRESH: '100ms', ...home, ...env })
  const url = await eventually(
    'the mesh is ready',
    () => /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(dev.written.out)?.[1],
  )
  return {
    url,
    env: { SELVEDGE_URL: url, SELVEDGE_TOKEN: token, ...home },
    async stop() {
      dev.child.kill('SIGTERM')
      await dev.ended
    },
  }
}
