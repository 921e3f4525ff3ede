/** Debian's Prometheus, on loopback and in a folder of its own; and its promtool. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'

const INSTALL = 'Install Debian\'s package "prometheus", which has promtool too: apt-get install prometheus.'

/** Where a program is. @throws with how to install it. */
function path(program: string): string {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file))
  if (found === undefined) throw new Error(`There is no ${program} on this machine. ${INSTALL}`)
  return found
}

/** @param folder of the files that it is told of. */
export function promtool(argv: readonly string[], { input = '', folder = 'examples/observability' } = {}) {
  const cwd = fileURLToPath(new URL(`../../${folder}`, import.meta.url))
  return new Promise<{ code: number; said: string }>((resolve) => {
    const child = execFile(path('promtool'), [...argv], { cwd, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: `${out}${err}` })
    })
    child.stdin?.end(input)
  })
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Prometheus {
  /** From now on it scrapes this mesh, as the same instance. */
  scrape(meshUrl: string): void
  /** @throws where it does not understand the expression. */
  query(expression: string): Promise<Sample[]>
  /** All values of each series that a range selector finds: `name{…}[10m]`. */
  history(selector: string): Promise<number[][]>
  /** Calls that stand for others, of all series that an expression reads. */
  exemplars(expression: string): Promise<Exemplar[]>
  /** The unit of a metric, which OpenMetrics alone tells. */
  unitOf(metric: string): Promise<string | undefined>
  stop(): Promise<void>
}

interface Found {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

/** @param token of the admin API, one that may read. */
export async function startPrometheus(token: string): Promise<Prometheus> {
  const program = path('prometheus')
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-prometheus-'))
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  file('token', token)
  file('targets.json', '[]')
  file(
    'prometheus.yaml',
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: selvedge
    metrics_path: /-/metrics
    authorization: { credentials_file: ${join(folder, 'token')} }
    file_sd_configs: [{ files: [${join(folder, 'targets.json')}], refresh_interval: 1s }]
`,
  )
  const argv = [
    `--config.file=${join(folder, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
  ]
  const child: ChildProcess = spawn(program, argv, { stdio: 'ignore', cwd: folder })

  async function ask<Data>(path: string, query: Record<string, string>): Promise<Data> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`)
    const { status, data, error } = (await response.json()) as { status: string; data: Data; error?: string }
    if (status !== 'success') throw new Error(`${JSON.stringify(query)}: ${error}`)
    return data
  }
  const found = async (query: string) => (await ask<{ result: readonly Found[] }>('query', { query })).result

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await eventually(
      'Prometheus is ready',
      () =>
        fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      60_000,
    )
  } catch (error) {
    await stop()
    throw error
  }
  return {
    scrape(meshUrl) {
      file('targets.json', JSON.stringify([{ targets: [new URL(meshUrl).host], labels: { instance: 'mesh' } }]))
    },
    async query(expression) {
      const samples = await found(expression)
      return samples.map(({ metric, value }) => ({ labels: metric, value: Number(value?.[1]) }))
    },
    async history(selector) {
      const series = await found(selector)
      return series.map(({ values = [] }) => values.map(([, value]) => Number(value)))
    },
    async exemplars(query) {
      const start = String(Date.now() / 1000 - 3_600)
      const series = await ask<{ exemplars: { labels: Record<string, string>; value: string }[] }[]>(
        'query_exemplars',
        { query, start, end: String(Date.now() / 1000 + 60) },
      )
      return series.flatMap(({ exemplars }) => exemplars.map(({ labels, value }) => ({ labels, value: Number(value) })))
    },
    async unitOf(metric) {
      const all = await ask<Record<string, { unit: string }[]>>('metadata', { metric })
      return all[metric]?.[0]?.unit
    },
    stop,
  }
}

/** It cannot choose one by itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return address.port
}
