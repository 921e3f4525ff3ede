/** The mesh that a verb talks to, and the token that it shows there. */

import { isLoopback } from '../../core/text/private-address.ts'
import { withoutUserinfo } from '../../core/text/userinfo.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { nearest } from '../../schema/near.ts'
import { isOpenToOthers, readSettings, settingsFile } from './settings.ts'

export interface Target {
  /** `undefined` of an address that was given as such. */
  readonly name: string | undefined
  /** Without a slash at the end. */
  readonly url: string
  readonly token: Token | undefined
  /** What is unsafe about it, in sentences. */
  readonly warnings: readonly string[]
}

export interface Token {
  readonly secret: string
  /** Where it was found: `SELVEDGE_TOKEN`, `--token`. Never the token. */
  readonly from: string
}

export interface TargetFlags {
  /** An address, or the name of a target. */
  readonly url?: string | undefined
  readonly token?: string | undefined
}

/** Where `selvedge dev` listens. */
export const LOCAL = { name: 'local', url: 'http://127.0.0.1:8787' } as const

type Env = Readonly<Record<string, string | undefined>>

/**
 * The flags, then the environment, then what `selvedge config use` has chosen, then `local`.
 *
 * @throws {Fault} where it is no address and no target.
 */
export function targetOf({ url, token }: TargetFlags, env: Env): Target {
  const asked = url ?? (env.SELVEDGE_URL || undefined)
  const { current, targets } =
    asked !== undefined && isAddress(asked) ? { current: undefined, targets: {} } : readSettings(env)
  const name = asked !== undefined && isAddress(asked) ? undefined : (asked ?? current ?? LOCAL.name)
  const named = name === undefined ? undefined : (own(targets, name) ?? (name === LOCAL.name ? LOCAL : undefined))
  if (name !== undefined && named === undefined) throw new Fault(unknown(name, Object.keys(targets), env))
  const address = addressOf(named?.url ?? asked ?? '', name)
  const found = tokenOf(
    [
      [token, '--token'],
      [env.SELVEDGE_TOKEN || undefined, 'SELVEDGE_TOKEN'],
      [named && 'token' in named ? named.token : undefined, `the target ${name}`],
    ],
    env,
  )
  return { name, url: address.href, token: found, warnings: warnings(address.url, found, env) }
}

/** Where a text is no `https://…` or `http://…` it is a name. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text)
}

/** @throws {Fault} where it is none that a mesh could have. */
export function addressOf(text: string, name?: string): { url: URL; href: string } {
  const what = name === undefined ? 'The address of the mesh' : `The address of the target ${name}`
  const shown = withoutUserinfo(text)
  if (!URL.canParse(text)) throw new Fault(`${what} is no URL: "${shown}".`)
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) throw new Fault(`${what} begins with https:// or http://, got "${shown}".`)
  if (url.username || url.password) throw new Fault(`${what} holds a password: give a token with --token instead.`)
  if (url.search || url.hash) throw new Fault(`${what} ends before a ? or #, got "${shown}".`)
  return { url, href: url.href.replace(/\/+$/, '') }
}

/** How a target is told: its name, where it has one, and its address. */
export function toldTarget({ name, url }: Target): string {
  return `target ${name === undefined ? '' : `${name} `}${url}`
}

function unknown(name: string, targets: readonly string[], env: Env): string {
  const near = nearest(name, [...targets, LOCAL.name])
  const meant = near === undefined ? '' : ` Did you mean ${near}?`
  return `No target is called "${name}" in ${settingsFile(env)}.${meant} An address begins with https:// or http://.`
}

function tokenOf(sources: readonly (readonly [text: string | undefined, from: string])[], env: Env): Token | undefined {
  const [text, from] = sources.find(([text]) => text !== undefined) ?? []
  if (text === undefined || from === undefined) return undefined
  const variable = /^env:(.*)$/s.exec(text)?.[1]
  const secret = (variable === undefined ? text : (env[variable] ?? '')).trim()
  if (variable !== undefined && secret === '') {
    throw new Fault(`The token of ${from} is to be in the variable ${variable}, which is not set.`)
  }
  // What no header can carry: fetch would quote it in its error.
  if (!/^[\x21-\x7e]*$/.test(secret)) throw new Fault(`The token of ${from} holds characters that no token has.`)
  return secret === '' ? undefined : { secret, from: variable === undefined ? from : `the variable ${variable}` }
}

function warnings({ protocol, hostname }: URL, token: Token | undefined, env: Env): string[] {
  const told: string[] = []
  const isHere = isLoopback(hostname) || hostname.endsWith('.localhost')
  if (token && protocol === 'http:' && !isHere) told.push(`the token goes to ${hostname} unencrypted: use https://.`)
  if (token?.from.startsWith('the target') && isOpenToOthers(env)) {
    told.push(`others may read the tokens in ${settingsFile(env)}: chmod 600 it.`)
  }
  return told
}

function own<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}
