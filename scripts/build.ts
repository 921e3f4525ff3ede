/** Builds dist/: the library as modules with types, the two Workers as a minified module each, the CLI as one file. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import pkg from '../package.json' with { type: 'json' }
import { ABSENT_LIBRARIES } from './absent-libraries.ts'
import { DASHBOARD_TEXTS, writeDashboard } from './dashboard.ts'
import { lateBuiltins } from './late-builtins.ts'
import { licensesOf } from './licenses.ts'
import { schemaFiles } from './schema/written.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const quiet = process.argv.includes('--quiet')
const define = { SELVEDGE_VERSION: JSON.stringify(pkg.version) }

rmSync(`${root}dist`, { recursive: true, force: true })
const pages = await writeDashboard()
execFileSync('npx', ['--no-install', 'tsc', '-p', 'scripts/tsconfig.lib.json'], { cwd: root, stdio: 'inherit' })

/** What all bundles are made with. */
const bundled = { absWorkingDir: root, bundle: true, metafile: true, format: 'esm', logLevel: 'warning' } as const

// In place of the module that names aws4fetch and jose: who installs the package needs neither (docs/decisions/0045).
const credentials = await build({
  ...bundled,
  entryPoints: ['src/targets/libraries.ts'],
  outfile: 'dist/lib/targets/libraries.js',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
})
rmSync(`${root}dist/lib/targets/libraries.d.ts`)

const deployed = {
  ...bundled,
  minify: true,
  // Stack traces and the names of filters stay readable in a log.
  keepNames: false,
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  define,
} satisfies BuildOptions

const worker = await build({
  ...deployed,
  entryPoints: ['src/worker/worker.ts'],
  outfile: 'dist/worker.js',
  external: ['cloudflare:*', 'node:*'],
})

// Its texts stay modules of their own, which nothing parses when it starts.
const control = await build({
  ...deployed,
  entryPoints: ['src/control/control.ts'],
  outfile: 'dist/control.js',
  external: ['cloudflare:*', '*.txt'],
  alias: ABSENT_LIBRARIES,
})
copyFileSync(`${root}src/control/record-schema.txt`, `${root}dist/record-schema.txt`)
cpSync(DASHBOARD_TEXTS, `${root}dist/dashboard`, { recursive: true })

const cli = await build({
  ...bundled,
  entryPoints: ['src/cli/cli.ts'],
  outfile: 'dist/cli.js',
  // Less to read when it starts; names stay, for the stack of an error that nobody foresaw.
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [lateBuiltins],
  platform: 'node',
  target: 'node20.20',
  external: ['esbuild', 'miniflare', 'wrangler'],
  define,
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
})

const metafiles = [credentials, worker, control, cli].map(({ metafile }) => metafile)
writeFileSync(`${root}dist/licenses.txt`, licensesOf(root, metafiles, pages))

const schemas = Object.entries(schemaFiles())
for (const [name, text] of schemas) writeFileSync(`${root}dist/${name}`, text)

if (!quiet)
  console.log(
    [
      'dist/lib',
      'dist/worker.js',
      'dist/control.js',
      'dist/record-schema.txt',
      'dist/dashboard',
      'dist/cli.js',
      ...schemas.map(([name]) => `dist/${name}`),
    ].join('  '),
  )
