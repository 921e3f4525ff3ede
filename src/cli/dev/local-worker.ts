/** Builds the Worker of a folder, to run beside the mesh. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { V4WorkerOptions } from 'miniflare'
import { Fault, faultOf } from '../../manifest/yaml/fault.ts'
import { bundled } from './bundled.ts'
import { loadWrangler } from './peers.ts'

const CONFIGS = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml']

export interface LocalWorker {
  /** The name in its wrangler configuration. */
  readonly name: string
  /** The folder as it was given, for messages. */
  readonly dir: string
  /** The options for Miniflare: its bundle and its own bindings. */
  readonly options: V4WorkerOptions
}

/** Reads the wrangler configuration in `dir` and bundles its `main`. */
export async function localWorker(dir: string): Promise<LocalWorker> {
  const root = resolve(dir)
  const configFile = CONFIGS.map((file) => join(root, file)).find((file) => existsSync(file))
  if (!configFile) throw new Fault(`${dir}: there is no wrangler.toml or wrangler.jsonc here.`)

  const { name, main, define, options } = await readConfig(configFile)
  if (!name) throw new Fault(`${configFile}: a Worker needs a name.`)
  if (!main) throw new Fault(`${configFile}: a Worker needs a main.`)
  const contents = await bundled(main, root, define)
  return {
    name,
    dir,
    options: { ...options, name, modules: [{ type: 'ESModule', path: 'index.js', contents }] },
  }
}

async function readConfig(configFile: string) {
  const wrangler = await loadWrangler()
  try {
    const config = wrangler.unstable_readConfig({ config: configFile }, { hideWarnings: true })
    const { workerOptions, define } = wrangler.unstable_getMiniflareWorkerOptions(config)
    // The bundle is a single module: module rules do not apply.
    const { modulesRules: _, ...options } = workerOptions
    return { name: config.name, main: config.main, define, options }
  } catch (error) {
    throw faultOf(`${configFile}:`, error)
  }
}
