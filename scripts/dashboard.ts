/** Builds the dashboard, by Vite, into texts that the control plane's Worker carries: `src/control/dashboard/`, which is not kept in git. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

const root = fileURLToPath(new URL('../src/dashboard/', import.meta.url))

/** The folder that the control plane's imports name. */
export const DASHBOARD_TEXTS = fileURLToPath(new URL('../src/control/dashboard/', import.meta.url))

/** Their names are fixed, since the Worker imports each by its own. */
const FILES = ['app.js', 'charts.js', 'editor.js', 'index.html', 'layout.js', 'style.css']

const named = {
  entryFileNames: 'dashboard/app.js',
  chunkFileNames: 'dashboard/[name].js',
  assetFileNames: 'dashboard/[name][extname]',
}

interface Dashboard {
  /** By name. */
  readonly files: ReadonlyMap<string, string>
  /** Paths of all modules that went into them. */
  readonly inputs: ReadonlySet<string>
}

export async function builtDashboard(): Promise<Dashboard> {
  const inputs = new Set<string>()
  const noted = (): Plugin => ({ name: 'noted', moduleParsed: ({ id }) => void inputs.add(id) })
  const built = await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'error',
    mode: 'production',
    plugins: [noted()],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: 'es2024',
      cssCodeSplit: false,
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: { output: named },
    },
    worker: {
      format: 'es',
      plugins: () => [noted()],
      rolldownOptions: { output: { ...named, entryFileNames: 'dashboard/layout.js' } },
    },
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []))
  const files = new Map(
    outputs.map((one) => {
      const text = one.type === 'chunk' ? one.code : Buffer.from(one.source).toString('utf8')
      return [one.fileName.replace(/^dashboard\//, ''), text]
    }),
  )
  const found = [...files.keys()].sort().join(' ')
  if (found !== FILES.join(' ')) throw new Error(`The dashboard is ${FILES.join(' ')}; built were ${found}.`)
  return { files, inputs }
}

/** The files of the dashboard, by name. */
export async function dashboardFiles(): Promise<ReadonlyMap<string, string>> {
  return (await builtDashboard()).files
}

/** @returns the modules that went into it. */
export async function writeDashboard(): Promise<ReadonlySet<string>> {
  const { files, inputs } = await builtDashboard()
  rmSync(DASHBOARD_TEXTS, { recursive: true, force: true })
  mkdirSync(DASHBOARD_TEXTS, { recursive: true })
  for (const [name, text] of files) writeFileSync(`${DASHBOARD_TEXTS}${name}.txt`, text)
  return inputs
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeDashboard()
