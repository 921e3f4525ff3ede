/** `selvedge config`: the meshes that the command talks to, by name. */
import type { Command } from 'commander'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isVersion } from '../../record/check/newer.ts'
import { show } from '../print/show.ts'
import type { Session } from '../session.ts'
import { type NamedTarget, readSettings, type Settings, settingsFile, writeSettings } from '../target/settings.ts'
import { addressOf, isAddress, LOCAL } from '../target/target.ts'
import { example } from '../verb.ts'

export function config(command: Command, session: Session): void {
  example(
    command,
    'selvedge config set prod --url https://mesh.example.com --token env:PROD_TOKEN',
    'selvedge config use prod',
  )
  command.helpCommand(false)
  command
    .command('get-targets')
    .description('list the targets')
    .action(() => list(session))
  command
    .command('use')
    .description('choose the target that is taken where none is named')
    .argument('<name>', 'a target')
    .action((name: string) => use(name, session))
  command
    .command('set')
    .description('give a target its --url, its --token, or both')
    .argument('<name>', 'a target')
    .action((name: string) => set(name, session))
  command
    .command('unset')
    .description('forget a target')
    .argument('<name>', 'a target')
    .action((name: string) => unset(name, session))
  command
    .command('min-version')
    .description('show or say the oldest version of the library that runs: newer fields are refused in records')
    .argument('[version]', 'as in 0.1.0; "none" takes it back')
    .action((version: string | undefined) => minVersion(version, session))
}

interface Row extends NamedTarget {
  readonly name: string
  readonly isCurrent: boolean
}

/** It is the mesh's, not this machine's: whoever writes obeys it. */
async function minVersion(version: string | undefined, { client, print, output }: Session): Promise<void> {
  const isNone = version === 'none'
  if (version !== undefined && !isNone && !isVersion(version)) {
    throw new Fault(`A version has three numbers, as in 0.1.0; got "${version}".`)
  }
  const settings =
    version === undefined
      ? await client().settings()
      : await client().configure({ minVersion: isNone ? null : version })
  if (output === 'json' || output === 'yaml')
    return show({ print, output }, { value: settings, rows: [], columns: [], none: '' })
  if (settings.minVersion === null)
    return print.line('Nobody has said the oldest version that runs: no field is refused.')
  print.line(version === undefined ? settings.minVersion : `The oldest version that runs is ${settings.minVersion}.`)
}

async function list(session: Session): Promise<void> {
  const { current = LOCAL.name, targets } = readSettings(session.machine.env)
  const rows = Object.entries<NamedTarget>({ [LOCAL.name]: LOCAL, ...targets }).map(
    ([name, { url, token }]): Row => ({
      name,
      isCurrent: name === current,
      url,
      ...(token === undefined ? {} : { token: toldToken(token) }),
    }),
  )
  await show(session, {
    value: rows,
    rows,
    columns: [
      { name: 'CURRENT', of: ({ isCurrent }) => (isCurrent ? '*' : undefined) },
      { name: 'NAME', of: ({ name }) => name },
      { name: 'URL', of: ({ url }) => url },
      { name: 'TOKEN', of: ({ token }) => token },
    ],
    none: 'There are no targets.',
  })
}

function use(name: string, { machine: { env }, print }: Session): void {
  const settings = readSettings(env)
  if (name !== LOCAL.name) existing(name, settings, env)
  writeSettings(env, { ...settings, current: name })
  print.line(`${name} is used where no target is named.`)
}

function set(name: string, { machine: { env }, print, flags }: Session): void {
  if (!/^[a-z0-9][\w.-]*$/i.test(name)) {
    throw new Fault(`The name of a target has letters, digits, "-", "_" and ".", got "${name}".`)
  }
  const settings = readSettings(env)
  const before = Object.hasOwn(settings.targets, name) ? settings.targets[name] : undefined
  const url = flags.url ?? before?.url ?? (name === LOCAL.name ? LOCAL.url : undefined)
  if (url === undefined) throw new Fault(`${name} needs an address: selvedge config set ${name} --url https://…`)
  if (!isAddress(url)) throw new Fault(`An address begins with https:// or http://, got "${url}".`)
  const token = flags.token ?? before?.token
  const target = { url: addressOf(url, name).href, ...(token === undefined ? {} : { token }) }
  writeSettings(env, { ...settings, targets: { ...settings.targets, [name]: target } })
  const ofToken = token === undefined ? 'no token' : `a token: ${toldToken(token)}`
  print.line(`${name} is ${target.url}, with ${ofToken}.`)
  if (token !== undefined && !token.startsWith('env:')) {
    print.tell(`note: the token stands in ${settingsFile(env)}. --token env:NAME leaves it in a variable.`)
  }
}

function unset(name: string, { machine: { env }, print }: Session): void {
  const settings = readSettings(env)
  existing(name, settings, env)
  const { [name]: _, ...targets } = settings.targets
  const { current, ...rest } = settings
  writeSettings(env, { ...rest, ...(current === undefined || current === name ? {} : { current }), targets })
  print.line(`${name} is forgotten.`)
}

function existing(name: string, { targets }: Settings, env: Session['machine']['env']): void {
  if (!Object.hasOwn(targets, name)) throw new NegativeAnswer(`No target is called "${name}" in ${settingsFile(env)}.`)
}

/** Where a token is, and never the token. */
function toldToken(token: string): string {
  return token.startsWith('env:') ? token : 'in the file'
}
