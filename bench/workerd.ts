/** One workerd process on a port of its own, with a clock of the CPU time it has spent. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

// The package's one export is the path of this platform's binary.
const { default: binary } = createRequire(import.meta.url)('workerd') as { default: string }

export interface Workerd {
  readonly url: string
  /** CPU spent by all threads since the start, in microseconds. */
  cpuUs(): number
  /** The most memory held so far, in MiB. */
  peakRssMiB(): number
  stop(): Promise<void>
}

/**
 * Starts workerd with `config`, which may embed `modules` by name and must have a socket called `http`.
 *
 * @param onOutput hears what it prints. Default: it goes where ours goes.
 */
export async function startWorkerd(
  config: string,
  modules: Readonly<Record<string, string>>,
  onOutput?: (text: string) => void,
): Promise<Workerd> {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-bench-'))
  writeFileSync(join(folder, 'config.capnp'), config)
  for (const [name, code] of Object.entries(modules)) writeFileSync(join(folder, name), code)
  const child = spawn(binary, ['serve', '--control-fd=3', '--socket-addr=http=127.0.0.1:0', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', onOutput ? 'pipe' : 'inherit', 'pipe', 'pipe'],
  })
  child.stdout?.on('data', (chunk) => onOutput?.(String(chunk)))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', kill)
  const stop = async () => {
    process.removeListener('exit', kill)
    kill()
    await exited
  }
  try {
    const port = await listeningPort(child)
    return {
      url: `http://127.0.0.1:${port}`,
      cpuUs: () => threadsCpuNs(child.pid as number) / 1_000,
      peakRssMiB: () => status(child.pid as number, 'VmHWM') / 1_024,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function listeningPort(child: ChildProcess): Promise<number> {
  let complaints = ''
  child.stderr?.on('data', (chunk) => {
    complaints += chunk
  })
  return new Promise((resolve, reject) => {
    ;(child.stdio[3] as Readable).on('data', (chunk) => {
      for (const line of String(chunk).split('\n').filter(Boolean)) {
        const event = JSON.parse(line) as { event: string; socket: string; port: number }
        if (event.event === 'listen' && event.socket === 'http') resolve(event.port)
      }
    })
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}:\n${complaints}`)))
  })
}

/** The scheduler's own account: nanoseconds, where /proc/<pid>/stat counts in hundredths of a second. */
function threadsCpuNs(pid: number): number {
  let total = 0
  // /proc/<pid>/schedstat is the first thread alone; V8 compiles and collects garbage in others.
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  }
  return total
}

function status(pid: number, field: string): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))
  return Number(line?.[1])
}
