/** The package as its users get it: packed as it is published, and installed into an empty folder without a network. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pkg from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface InstalledPackage {
  readonly folder: string
  /** Runs a program in the folder. */
  run(file: string, ...args: readonly string[]): Promise<Run>
  dispose(): void
}

/** Takes `dist/` as it was built. What the package depends on comes from this repository, and anything else would fail. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-installed-'))
  const pack = (from: string) =>
    exec(from, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder])
  try {
    const sources = [root, ...Object.keys(pkg.dependencies).map((name) => join(root, 'node_modules', name))]
    const tarballs: string[] = []
    for (const source of sources) tarballs.push(`./${(await succeeded(pack(source))).trim()}`)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
    await succeeded(exec(folder, 'npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs]))
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return {
    folder,
    run: (file, ...args) => exec(folder, file, args),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The Node that runs this, and the one of this machine where that is another: the library runs on both. */
export function nodes(): string[] {
  const own = realNode(process.env.PATH ?? '')
  return [process.execPath, ...(own === undefined || own === process.execPath ? [] : [own])]
}

/** The first `node` of a PATH that no package has brought. */
function realNode(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((file) => existsSync(file))
}

/** Without what `npm run` has put into the environment: a user's shell has none of it. */
function exec(cwd: string, file: string, args: readonly string[]): Promise<Run> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|node_path$)/i.test(name)))
  return new Promise((resolve) => {
    execFile(file, [...args], { cwd, env }, (error, out, err) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      resolve({ code, out, err: code === -1 ? `${error?.message}\n${err}` : err })
    })
  })
}

async function succeeded(run: Promise<Run>): Promise<string> {
  const { code, out, err } = await run
  if (code !== 0) throw new Error(`npm ended with ${code}: ${err}${out}`)
  return out
}
