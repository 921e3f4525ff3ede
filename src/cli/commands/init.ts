/** `selvedge init`: a wrangler configuration and a first record, for a Worker that is new or there already. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { isServiceName } from '../../core/endpoint.ts'
import { Fault, faultOf } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { bindingName } from '../dev/bindings.ts'
import { fileText } from '../file-text.ts'
import type { Named } from '../init/files.ts'
import { readJsonc } from '../init/jsonc.ts'
import { created, edited, recorded } from '../init/steps.ts'
import { tomlValue } from '../init/toml.ts'
import type { Printer } from '../print/printer.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

const CONFIGS = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml']

interface InitFlags {
  readonly name?: string
  readonly mesh: string
  readonly registry: string
  readonly force?: boolean
}

export function init(command: Command, { print }: Session): void {
  example(command, 'selvedge init users', 'selvedge init . --registry ../registry.yaml')
  command
    .argument('[dir]', 'the folder of the Worker', '.')
    .option('--name <name>', 'the name of the service. Default: that of its configuration, or of the folder')
    .option('--mesh <worker>', "the mesh's Worker, as it is deployed", 'selvedge')
    .option('--registry <file>', 'the file that the record goes to', 'registry.yaml')
    .option('--force', 'write the files anew that are there already')
    .action((dir: string, flags: InitFlags) => run(dir, flags, print))
}

function run(dir: string, { name, mesh, registry, force = false }: InitFlags, print: Printer): void {
  const config = CONFIGS.map((file) => join(dir, file)).find((file) => existsSync(file))
  const named = namedOf(dir, name, config, mesh)
  const steps = [
    ...(config !== undefined && !force
      ? [edited(config, named)]
      : created(join(dir, 'wrangler.toml'), join(dir, 'src/index.ts'), named, force)),
    recorded(registry, named, force),
  ]
  for (const { file, text } of steps) if (text !== undefined) write(file, text)
  for (const { file, told } of steps) print.line(`${told.padEnd(7)} ${shown(file)}`)
  const left = steps.filter(({ toAdd }) => toAdd !== undefined)
  for (const { file, toAdd = '' } of left) {
    print.line('')
    print.line(`Add to ${shown(file)}, which cannot be changed safely:`)
    print.data(`\n${toAdd}\n`)
  }
  print.line('')
  print.line(`Run it:  selvedge dev --registry ${shown(registry)} --with ${shown(dir)}`)
  print.line(`Call it: curl http://127.0.0.1:8787/svc/${named.service}/`)
  print.line(
    `Deploy:  the mesh reaches it by a binding: { binding = "${named.binding}", service = "${named.worker}" } under services of its wrangler configuration.`,
  )
  if (left.length > 0)
    throw new NegativeAnswer(
      `${left.length} of ${steps.length} files ${left.length === 1 ? 'is' : 'are'} yours to change.`,
    )
}

/** @throws Fault where no service name can be made of it. */
function namedOf(dir: string, said: string | undefined, config: string | undefined, mesh: string): Named {
  const inConfig = config === undefined ? undefined : nameIn(config)
  const worker = inConfig ?? said ?? labelOf(basename(resolve(dir)))
  const service = said ?? labelOf(worker)
  if (!isServiceName(service)) {
    throw new Fault(`"${service}" is not a service name (a DNS name in lower case): --name gives another.`)
  }
  return { worker: inConfig ?? worker.replaceAll('.', '-'), service, binding: bindingName(inConfig ?? worker), mesh }
}

function labelOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}

function nameIn(config: string): string | undefined {
  const text = fileText(config)
  const name = config.endsWith('.toml') ? tomlValue(text, 'name') : readJsonc(text)?.name
  return typeof name === 'string' ? name : undefined
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (cause) {
    throw faultOf(`${file} cannot be written:`, cause)
  }
}

function shown(file: string): string {
  return relative('', file) || '.'
}
