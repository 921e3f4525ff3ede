/** `selvedge validate`: would the mesh obey these records and manifests, and could its Worker reach what they name? */
import { Command } from 'commander'
import { MeshError } from '../../core/errors.ts'
import { convert } from '../../policy/manifest/convert.ts'
import type { Path } from '../../policy/manifest/manifest.ts'
import { isManifest } from '../../policy/manifest/read.ts'
import { type Issue, parseRecord, recordChecker } from '../../policy/parse.ts'
import { recordOf, type ServiceRecord, type WrittenRecord } from '../../policy/record.ts'
import { Fault } from '../fault.ts'
import { isCallable, nameOf } from '../key.ts'
import type { Document } from '../manifest/documents.ts'
import { readInput } from '../manifest/input.ts'
import { spelled } from '../manifest/spelled.ts'
import { type Given, type Lack, lacks } from '../needs.ts'
import { NegativeAnswer } from '../negative-answer.ts'
import { leadsNowhere } from '../nowhere.ts'
import type { Terminal } from '../terminal.ts'
import { readWorkerConfig } from '../worker-config.ts'

interface ValidateFlags {
  file: string[]
  config?: string
  env?: string
}

interface Finding {
  readonly severity: 'error' | 'note'
  readonly path: Path
  readonly reason: string
}

export function validateCommand(to: Terminal): Command {
  return new Command('validate')
    .description('check records and Gateway API manifests without a server')
    .requiredOption(
      '-f, --file <file...>',
      'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input',
    )
    .option('--config <file>', "the mesh's wrangler configuration: does it bind what the records name?")
    .option('--env <name>', 'an environment of that configuration')
    .action((flags: ValidateFlags) => run(flags, to))
}

async function run({ file, config, env }: ValidateFlags, to: Terminal): Promise<void> {
  const broken: Error[] = []
  const documents = await readInput(file, (error) => {
    if (!(error instanceof Fault || error instanceof NegativeAnswer)) throw error
    broken.push(error)
  })
  const lacking = config === undefined ? () => [] : lackingIn(config, await readWorkerConfig(config, env))
  const manifests = documents.filter(({ value }) => isManifest(value))
  const { records, findings } = convert(manifests)
  let checked = records.size
  let refused = 0
  const tell = (at: Document['at'], { severity, path, reason }: Finding) => {
    if (severity === 'error') refused += 1
    to.err(`${at(path)}: ${severity}: ${spelled(path)}${reason}\n`)
  }
  const maps = documents.filter(({ value }) => !isManifest(value))
  const names = new Set([...records.keys(), ...maps.flatMap(({ value }) => Object.keys(value ?? {}))].map(nameOf))
  const check = { issuesOf: recordChecker(), lacking, stands: (name: string) => names.has(name) }
  for (const { source, ...finding } of findings) tell(source.at, finding)
  for (const document of maps) {
    for (const finding of findingsIn(document, check)) tell(document.at, finding)
    checked += isRecord(document.value) ? 1 : Object.keys(document.value ?? {}).length
  }
  if (broken.length > 0) {
    const told = broken.map(({ message }) => message).join('\nselvedge: ')
    throw broken.some((error) => error instanceof Fault) ? new Fault(told) : new NegativeAnswer(told)
  }
  if (refused > 0) throw new NegativeAnswer(`${refused} ${refused === 1 ? 'thing is' : 'things are'} wrong.`)
  const bound = config === undefined ? '' : ` ${config} has every binding that they need.`
  to.out(`${checked} ${checked === 1 ? 'record is' : 'records are'} understood.${bound}\n`)
}

/** What the Worker lacks for a record that stands there. */
type Lacking = (at: Path, record: unknown, parsed: ServiceRecord) => Finding[]

interface Check {
  issuesOf(record: unknown): Issue[]
  readonly lacking: Lacking
  /** Does a record stand under this name, or this wildcard? */
  stands(name: string): boolean
}

/** All that is wrong with a map of names to records, or with a record by itself. */
function findingsIn({ value }: Document, check: Check): Finding[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ severity: 'error', path: [], reason: 'Expected a map of service names to records, or a manifest.' }]
  }
  if ('kind' in value && /^[A-Z]\w*$/.test(String(value.kind))) {
    return [{ severity: 'error', path: ['kind'], reason: `a manifest needs an apiVersion, too, got ${value.kind}.` }]
  }
  if (isRecord(value)) return findingsOf(value, [], check)
  const seen = new Set<string>()
  return Object.entries(value).flatMap(([key, record]) => {
    const name = nameOf(key)
    if (seen.has(name))
      return [{ severity: 'error' as const, path: [key], reason: 'stands twice, with services/ and without.' }]
    seen.add(name)
    const reason = 'is not a service name (a DNS name in lower case).'
    const naming: Finding[] = isCallable(name) ? [] : [{ severity: 'error', path: [key], reason }]
    return [...naming, ...findingsOf(record, [key], check)]
  })
}

function findingsOf(record: unknown, at: Path, { issuesOf, lacking, stands }: Check): Finding[] {
  const { issues, parsed } = understood(record, issuesOf)
  if (!parsed)
    return issues.map(({ path, message }) => ({ severity: 'error', path: [...at, ...path], reason: message }))
  const isItself = at.length > 0 && parsed.alias?.includes(nameOf(String(at[0])))
  const circle: Finding[] = isItself
    ? [{ severity: 'error', path: [...at, 'alias'], reason: 'stands for itself.' }]
    : []
  const nowhere = leadsNowhere(parsed, stands).map(({ name, path }): Finding => {
    return { severity: 'note', path: [...at, ...path], reason: `"${name}" has no record in what was read.` }
  })
  return [...circle, ...nowhere, ...lacking(at, record, parsed)]
}

/** One by itself, as it is put under a key: what stands here are its fields, not names. */
function isRecord(value: unknown): boolean {
  const { endpoints, rules, alias } = (value ?? {}) as { endpoints?: unknown; rules?: unknown; alias?: unknown }
  const isName = typeof alias === 'string' && !alias.includes(':')
  return [endpoints, rules, alias].some(Array.isArray) || isName
}

/** A record as the mesh knows it, or all that is wrong with it. */
function understood(
  record: unknown,
  issuesOf: (record: unknown) => Issue[],
): { readonly issues: readonly Issue[]; readonly parsed?: ServiceRecord } {
  if (typeof record !== 'string') {
    const issues = issuesOf(record)
    return issues.length > 0 ? { issues } : { issues, parsed: recordOf(record as WrittenRecord) }
  }
  try {
    return { issues: [], parsed: parseRecord(record) }
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return { issues: [{ path: [], message: error.message }] }
  }
}

function lackingIn(config: string, given: Given): Lacking {
  const told = new Set<string>()
  return (at, record, { endpoints }) => {
    return lacks(endpoints, given).flatMap((lack): Finding[] => {
      const path = typeof record === 'string' ? at : [...at, 'endpoints', lack.endpoint]
      if (lack.section !== undefined) return [{ severity: 'error', path, reason: missing(config, lack) }]
      // A secret may well be set where no configuration says so. Once is enough.
      if (told.has(lack.name)) return []
      told.add(lack.name)
      const reason = `needs the secret "${lack.name}", which ${config} does not name: wrangler secret put ${lack.name}.`
      return [{ severity: 'note', path, reason }]
    })
  }
}

function missing(config: string, { name, section, boundAs }: Lack): string {
  const instead = boundAs === undefined ? '' : `, but under ${boundAs}`
  return `"${name}" is not under ${section} of ${config}${instead}: this Worker would pass the endpoint over.`
}
