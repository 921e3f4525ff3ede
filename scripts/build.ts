/** Builds dist/: the library as modules with types, the Worker as one minified module, the CLI as one file. */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pkg from '../package.json' with { type: 'json' }
import { schemaFiles } from './schema/written.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const quiet = process.argv.includes('--quiet')
const define = { SELVEDGE_VERSION: JSON.stringify(pkg.version) }

rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync('npx', ['--no-install', 'tsc', '-p', 'scripts/tsconfig.lib.json'], { cwd: root, stdio: 'inherit' })

await build({
  entryPoints: [`${root}src/worker/worker.ts`],
  outfile: `${root}dist/worker.js`,
  bundle: true,
  minify: true,
  // Stack traces and the names of filters stay readable in a log.
  keepNames: false,
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  define,
  logLevel: 'warning',
})

await build({
  entryPoints: [`${root}src/cli/cli.ts`],
  outfile: `${root}dist/cli.js`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: ['esbuild', 'miniflare', 'wrangler'],
  define,
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})

const schemas = Object.entries(schemaFiles())
for (const [name, text] of schemas) writeFileSync(`${root}dist/${name}`, text)

if (!quiet)
  console.log(['dist/lib', 'dist/worker.js', 'dist/cli.js', ...schemas.map(([name]) => `dist/${name}`)].join('  '))
