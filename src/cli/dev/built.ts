/** What `npm run build` made, as workerd is given it. */
import { readdir, readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../manifest/yaml/fault.ts'

export interface BuiltModule {
  readonly type: 'ESModule' | 'Text'
  /** As the script names it. */
  readonly path: string
  readonly contents: string
}

/** @throws {Fault} where it was not built. */
export async function builtText(file: URL): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw missing(file, cause)
  })
}

/**
 * The control plane, and the texts that it serves: the schema of a record, and the dashboard.
 *
 * @param beside the built Worker of the mesh, beside which they stand.
 * @throws {Fault} where they were not built.
 */
export async function controlModules(beside: URL): Promise<BuiltModule[]> {
  const folder = new URL('./dashboard/', beside)
  const pages = await readdir(folder).catch((cause) => {
    throw missing(folder, cause)
  })
  const texts = ['record-schema.txt', ...pages.sort().map((name) => `dashboard/${name}`)]
  return Promise.all([
    moduleOf('ESModule', 'control.js', beside),
    ...texts.map((path) => moduleOf('Text', path, beside)),
  ])
}

async function moduleOf(type: BuiltModule['type'], path: string, beside: URL): Promise<BuiltModule> {
  return { type, path, contents: await builtText(new URL(path, beside)) }
}

function missing(file: URL, cause: unknown): Fault {
  return new Fault(`${relative('', fileURLToPath(file))} is not there: npm run build makes it.`, { cause })
}
