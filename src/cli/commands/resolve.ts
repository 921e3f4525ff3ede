/** `selvedge resolve`: what would become of a request, and why. Nothing is sent. */
import type { Command } from 'commander'
import { AdminError, type Decision, type ResolveQuestion, type WrittenRecord } from '../../admin/client.ts'
import { MeshError } from '../../core/errors.ts'
import { systemRandom } from '../../core/time/random.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { fileRecords } from '../file-records.ts'
import { header } from '../flags/header.ts'
import type { Session } from '../session.ts'
import { decisionLines, refusalsIn } from '../told/decision.ts'
import { printTold } from '../told/print-told.ts'
import { example } from '../verb.ts'

interface ResolveFlags {
  path?: string
  caller?: string
  method: string
  header?: Record<string, string>
  file?: string[]
  offline?: boolean
  hostname?: string
  domain: string
}

export function resolve(command: Command, session: Session): void {
  example(
    command,
    "selvedge resolve users --path /42 -H 'x-env: canary'",
    'selvedge resolve http://users/42 --method POST',
    'selvedge resolve users -f changed.yaml   # what if these records stood there?',
    'selvedge resolve users -f registry.yaml --offline   # these records alone: no mesh is asked',
  )
  command
    .argument('<name>', 'a service name, or a URL: http://users/42')
    .option('--path <path>', 'path and query, beside a name. Default /')
    .option('--caller <name>', 'who calls, as its binding would say it. Default: nobody knows')
    .option('-X, --method <method>', 'the method', 'GET')
    .option('-H, --header <header>', 'a header that rules look at, as "name: value"; may be repeated', header)
    .option(
      '-f, --file <file>',
      'what-if: a file or folder of records and manifests; may be repeated; - is standard input',
      more,
    )
    .option('--offline', 'ask no mesh: the files are all that there is')
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN, for files and --offline", 'mesh')
    .action((name: string, flags: ResolveFlags) => run(name, flags, session))
}

async function run(name: string, flags: ResolveFlags, session: Session): Promise<void> {
  const { file, offline = false, path, caller, method, header: headers = {} } = flags
  if (offline && !file) throw new Fault('--offline needs -f FILE: the records that there are.')
  const isUrl = /^https?:\/\//i.test(name)
  if (isUrl && path !== undefined) throw new Fault('A URL has its path: --path stands beside a name.')
  const by = caller === undefined ? {} : { caller }
  const request = {
    method,
    headers,
    ...by,
    ...(isUrl ? { url: name } : { name, ...(path === undefined ? {} : { path }) }),
  }
  const records = file ? await recordsOf(file, flags) : new Map<string, string>()
  const decision = offline ? await decided(request, records, flags, session) : await asked(request, records, session)
  await printTold(session, decision, (isWide) => decisionLines(decision, isWide))
  const codes = refusalsIn(decision)
  if (codes.length === 0) return
  const pages = codes.map((code) => `docs/i-got-a-503.md#${code}`).join(', ')
  throw new NegativeAnswer(`A caller would get ${codes.join(' or ')}: see ${pages}.`)
}

async function recordsOf(files: readonly string[], naming: ResolveFlags): Promise<Map<string, string>> {
  const { documents, broken } = await readInput(files)
  if (broken.length > 0) throw ended(broken)
  return fileRecords(documents, naming)
}

type Request = ResolveQuestion['request']

/** The mesh's own control plane tells it, which knows the bindings, too. */
async function asked(request: Request, records: Map<string, string>, session: Session): Promise<Decision> {
  const whatIf = Object.fromEntries([...records].map(([name, text]) => [name, writtenOf(text)]))
  try {
    return await session.client().resolve({ request, ...(records.size === 0 ? {} : { records: whatIf }) })
  } catch (error) {
    if (error instanceof AdminError && error.status === 422) throw new Fault(error.message)
    throw error
  }
}

/** Loaded here alone: the mesh is the greater part of the command. */
async function decided(
  request: Request,
  records: Map<string, string>,
  { domain }: ResolveFlags,
  { machine }: Session,
): Promise<Decision> {
  const { decideOffline } = await import('../../mesh/told/offline.ts')
  try {
    return await decideOffline(request, records, { domain, clock: machine.clock, random: systemRandom() })
  } catch (error) {
    if (error instanceof MeshError) throw new Fault(error.message)
    throw error
  }
}

function writtenOf(text: string): WrittenRecord {
  return text.startsWith('{') ? (JSON.parse(text) as WrittenRecord) : text
}

function more(text: string, all: readonly string[] = []): string[] {
  return [...all, text]
}
