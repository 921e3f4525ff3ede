/** Bundles as a user would, minified and gzipped, and holds them to their budgets. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { ABSENT_LIBRARIES } from './absent-libraries.ts'
import { dashboardFiles } from './dashboard.ts'
import { WORKERS } from './workers.ts'

interface Budget {
  readonly name: string
  readonly entry: string
  /** Bytes, minified and gzipped, at most. */
  readonly gzipBytes: number
}

const KB = 1024

const BUDGETS: readonly Budget[] = [
  // The aims are less: docs/decisions/0012 and 0051 say what stands in the way, and this keeps it from growing.
  { name: 'library', entry: 'src/index.ts', gzipBytes: 52.35 * KB },
  // The same with what reaches other clouds: an embedder that does not import it does not carry it.
  { name: 'library and clouds', entry: 'scripts/with-clouds.ts', gzipBytes: 67.25 * KB },
  // For a service's own objects; all of it is what nobody needs at once (docs/decisions/0103).
  { name: 'durable, outbox', entry: 'scripts/with-outbox.ts', gzipBytes: 3 * KB },
  { name: 'durable, all', entry: 'src/transactional/durable.ts', gzipBytes: 5 * KB },
  // What runs a saga; and all that one writes sagas with.
  { name: 'saga executor', entry: 'src/saga/run.ts', gzipBytes: 2 * KB },
  { name: 'saga', entry: 'src/saga.ts', gzipBytes: 4 * KB },
  // The same with tokens, guests and overrides. The aim is 12 KB beyond the library; it is 12.3 (docs/decisions/0094).
  { name: 'library and trust', entry: 'scripts/with-trust.ts', gzipBytes: 64.7 * KB },
  // The same that publishes events and consumes queues with them.
  { name: 'library and events', entry: 'scripts/with-events.ts', gzipBytes: 64.25 * KB },
  { name: 'Worker, lean', entry: WORKERS.lean, gzipBytes: 54.9 * KB },
  { name: 'Worker, default', entry: WORKERS.default, gzipBytes: 79.75 * KB },
  // Its texts are modules beside it, which cost nothing when it starts.
  { name: 'control plane', entry: 'src/control/control.ts', gzipBytes: 193 * KB },
]

const root = fileURLToPath(new URL('..', import.meta.url))
let isOver = false
for (const { name, entry, gzipBytes } of BUDGETS) {
  const { outputFiles } = await build({
    entryPoints: [root + entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*', '*.txt'],
    alias: ABSENT_LIBRARIES,
    logLevel: 'warning',
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  const gzipped = gzipSync(bytes, { level: 9 }).length
  tell(name, bytes.length, gzipped, gzipBytes)
}

// The dashboard as a browser loads it. The editor is loaded where one edits, and is not counted to the first load.
const FIRST_LOAD_BYTES = 82 * KB
const EDITOR_BYTES = 122 * KB
const files = [...(await dashboardFiles())]
const DASHBOARD = [
  { name: 'dashboard', texts: files.filter(([file]) => file !== 'editor.js'), gzipBytes: FIRST_LOAD_BYTES },
  { name: 'dashboard, editor', texts: files.filter(([file]) => file === 'editor.js'), gzipBytes: EDITOR_BYTES },
]
for (const { name, texts, gzipBytes } of DASHBOARD) {
  const bytes = texts.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)
  const gzipped = texts.reduce((sum, [, text]) => sum + gzipSync(text, { level: 9 }).length, 0)
  tell(name, bytes, gzipped, gzipBytes)
}
process.exitCode = isOver ? 1 : 0

function tell(name: string, bytes: number, gzipped: number, gzipBytes: number): void {
  isOver ||= gzipped > gzipBytes
  const verdict = gzipped > gzipBytes ? 'OVER' : 'ok'
  console.log(
    `${name.padEnd(20)} ${(bytes / KB).toFixed(1).padStart(6)} KB minified ${(gzipped / KB).toFixed(2).padStart(7)} KB gzipped  <= ${gzipBytes / KB} KB  ${verdict}`,
  )
}
