/** `selvedge dev`: runs the mesh in workerd on this machine, until it is interrupted. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { type Command, InvalidArgumentError } from 'commander'
import { isServiceName } from '../../core/endpoint.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { nameOf } from '../../record/check/key.ts'
import { interruption } from '../dev/interruption.ts'
import { type Dev, startDev } from '../dev/start-dev.ts'
import { hasToken, newToken } from '../dev/vars.ts'
import { assertNodeOfDev } from '../node-version.ts'
import type { Printer } from '../print/printer.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

interface DevFlags {
  registry?: string
  port: number
  with?: string[]
  worker?: string
  envFile?: string
}

export function dev(command: Command, { print }: Session): void {
  example(command, 'selvedge dev --registry registry.yaml --with ../users')
    .option('--registry <file>', 'JSON or YAML, a record for each name; KV is seeded from it and follows it')
    .option('--port <n>', 'port on 127.0.0.1, 0 for any', port, 8787)
    .option('--with <dir...>', 'folders with a wrangler config: Workers to run beside the mesh, bound to it')
    .option('--worker <file>', 'a mesh Worker of your own parts (createWorker), in place of the one that is deployed')
    .option(
      '--env-file <file>',
      'NAME=value lines, as in .dev.vars: variables and secrets of the mesh and of the control plane',
    )
    .action((flags: DevFlags) => runMesh(flags, print))
}

async function runMesh({ registry, port, with: dirs = [], worker, envFile }: DevFlags, print: Printer): Promise<void> {
  assertNodeOfDev()
  const { line } = print
  const interrupted = interruption()
  const given = { ...(envFile === undefined ? {} : valuesIn(envFile)), ...ownVars() }
  const token = hasToken(given) ? undefined : newToken()
  const dev = await startDev({
    ...(registry === undefined ? {} : { registry }),
    port,
    with: dirs,
    ...(worker === undefined ? {} : { parts: worker }),
    vars: { ...given, ...(token === undefined ? {} : { ADMIN_TOKEN: token }) },
    on: {
      note: line,
      // With a prefix: no line of a Worker begins where a line of ours does.
      log(text) {
        for (const one of text.split('\n')) line(`log       ${one}`)
      },
      warn: (text) => print.tell(`warning: ${text}`),
    },
  })
  introduce(dev, registry, token, line)
  line(`ready ${dev.url}`)
  await interrupted
  await dev.dispose()
}

function valuesIn(file: string): Record<string, string> {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (cause) {
    throw new Fault(`The file of variables cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

/** Variables of the two Workers can be set for a run: MESH_FRESH=500ms selvedge dev. */
function ownVars(): Record<string, string> {
  const vars: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (/^(MESH_|ADMIN_TOKENS?$)/.test(name) && value !== undefined) vars[name] = value
  }
  return vars
}

function introduce(
  dev: Dev,
  registry: string | undefined,
  token: string | undefined,
  line: (text: string) => void,
): void {
  const services = dev.keys.map(nameOf)
  line(`registry  ${registry === undefined ? 'empty: --registry FILE fills it' : `${registry}: ${services.join(' ')}`}`)
  for (const { binding, worker, dir } of dev.bound) line(`binding   ${binding} is the Worker "${worker}" in ${dir}`)
  const callable = services.find(isServiceName) ?? 'NAME'
  line(`edits     are obeyed by the second call after ${dev.fresh} (MESH_FRESH)`)
  line(`call      curl ${dev.url}/svc/${callable}/`)
  line(`dashboard ${dev.url}/-/`)
  line(`admin     token ${token ?? 'as set: ADMIN_TOKEN or ADMIN_TOKENS'}`)
  if (token !== undefined) line(`command   export SELVEDGE_URL=${dev.url} SELVEDGE_TOKEN=${token}`)
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It is a number from 0 to 65535.')
  return value
}
