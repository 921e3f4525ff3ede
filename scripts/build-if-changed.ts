/** Builds dist/ where something that it is made of is younger than it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { schemaFiles } from './schema/written.ts'
import { isStale } from './stale.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const MADE_OF = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']
const MADE = [
  'lib/index.js',
  'worker.js',
  'control.js',
  'record-schema.txt',
  'dashboard/index.html.txt',
  'cli.js',
  ...Object.keys(schemaFiles()),
].map((file) => `dist/${file}`)

if (isStale(root, MADE_OF, MADE)) {
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.ts`, '--quiet'], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
