/** The file of named targets: `$XDG_CONFIG_HOME/selvedge/config.json`, or ~/.config. */
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Fault, faultOf } from '../../manifest/yaml/fault.ts'

export interface NamedTarget {
  readonly url: string
  /** A token, or `env:NAME`: the variable that holds it. */
  readonly token?: string
}

export interface Settings {
  /** The target that is taken where none is named. */
  readonly current?: string
  readonly targets: Readonly<Record<string, NamedTarget>>
}

type Env = Readonly<Record<string, string | undefined>>

export function settingsFile(env: Env): string {
  // The XDG specification: what is not absolute is passed over.
  const base = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), '.config')
  return join(base, 'selvedge', 'config.json')
}

/** @throws {Fault} where the file is there and cannot be read. */
export function readSettings(env: Env): Settings {
  const file = settingsFile(env)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { targets: {} }
    throw faultOf('The file of targets cannot be read:', cause)
  }
  return checked(parsed(text, file), file)
}

/** Nobody but its owner may read the file: it may hold tokens. */
export function writeSettings(env: Env, settings: Settings): void {
  const file = settingsFile(env)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const beside = `${file}.new`
    writeFileSync(beside, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
    // One that was left there keeps its own mode when it is written over.
    chmodSync(beside, 0o600)
    renameSync(beside, file)
  } catch (cause) {
    throw faultOf('The file of targets cannot be written:', cause)
  }
}

/** May others than the owner read the file? */
export function isOpenToOthers(env: Env): boolean {
  try {
    return (statSync(settingsFile(env)).mode & 0o077) !== 0
  } catch {
    return false
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says quotes the text, and with it a token.
    throw new Fault(`${file} is no JSON.`)
  }
}

function checked(value: unknown, file: string): Settings {
  const { current, targets = {} } = isMap(value) ? value : { targets: undefined }
  if (!isMap(targets)) throw new Fault(`${file}: "targets" is a map of names to { "url", "token" }.`)
  for (const [name, target] of Object.entries(targets)) {
    const isTarget =
      isMap(target) && typeof target.url === 'string' && ['string', 'undefined'].includes(typeof target.token)
    if (!isTarget) throw new Fault(`${file}: the target "${name}" is { "url": text, "token": text }.`)
  }
  const named = targets as Readonly<Record<string, NamedTarget>>
  if (current === undefined) return { targets: named }
  if (typeof current !== 'string') throw new Fault(`${file}: "current" is the name of a target.`)
  return { current, targets: named }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
