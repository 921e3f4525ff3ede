/** Builds dist/ where something that it is made of is younger than it. */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { schemaFiles } from './schema/written.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const MADE_OF = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']
const MADE = ['lib/index.js', 'worker.js', 'cli.js', ...Object.keys(schemaFiles())]

const [youngest, oldest] = [
  Math.max(...MADE_OF.flatMap(times)),
  Math.min(...MADE.flatMap((file) => times(`dist/${file}`))),
]
if (!(youngest < oldest)) {
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.ts`, '--quiet'], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}

/** When a file, or a folder and all that is in it, was written; a folder is written where a file in it is removed. */
function times(path: string): number[] {
  const stat = statSync(root + path, { throwIfNoEntry: false })
  if (!stat) return [Number.NaN]
  if (!stat.isDirectory()) return [stat.mtimeMs]
  return [stat.mtimeMs, ...readdirSync(root + path).flatMap((name) => times(`${path}/${name}`))]
}
