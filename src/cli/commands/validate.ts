/** `selvedge validate`: would the mesh obey these records and manifests, and could its Worker reach what they name? */
import { Command } from 'commander'
import { isServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { convert } from '../../policy/manifest/convert.ts'
import type { Path } from '../../policy/manifest/manifest.ts'
import { isManifest } from '../../policy/manifest/read.ts'
import { type Issue, parseRecord, recordChecker } from '../../policy/parse.ts'
import type { Document } from '../manifest/documents.ts'
import { readInput } from '../manifest/input.ts'
import { spelled } from '../manifest/spelled.ts'
import { type Given, type Lack, lacks } from '../needs.ts'
import { NegativeAnswer } from '../negative-answer.ts'
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
  const documents = await readInput(file)
  const lacking = config === undefined ? () => [] : lackingIn(config, await readWorkerConfig(config, env))
  const manifests = documents.filter(({ value }) => isManifest(value))
  const { records, findings } = convert(manifests)
  let checked = records.size
  let refused = 0
  const tell = (at: Document['at'], { severity, path, reason }: Finding) => {
    if (severity === 'error') refused += 1
    to.err(`${at(path)}: ${severity}: ${spelled(path)}${reason}\n`)
  }
  const issuesOf = recordChecker()
  for (const { source, ...finding } of findings) tell(source.at, finding)
  for (const document of documents.filter(({ value }) => !isManifest(value))) {
    for (const finding of findingsIn(document, issuesOf, lacking)) tell(document.at, finding)
    checked += Object.keys(document.value ?? {}).length
  }
  if (refused > 0) throw new NegativeAnswer(`${refused} ${refused === 1 ? 'thing is' : 'things are'} wrong.`)
  const bound = config === undefined ? '' : ` ${config} has every binding that they need.`
  to.out(`${checked} ${checked === 1 ? 'record is' : 'records are'} understood.${bound}\n`)
}

/** What the Worker lacks for a record under this key. */
type Lacking = (key: string, record: unknown) => Finding[]

/** All that is wrong with a map of names to records. */
function findingsIn({ value }: Document, issuesOf: (record: unknown) => Issue[], lacking: Lacking): Finding[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ severity: 'error', path: [], reason: 'Expected a map of service names to records, or a manifest.' }]
  }
  if ('kind' in value && /^[A-Z]\w*$/.test(String(value.kind))) {
    return [{ severity: 'error', path: ['kind'], reason: `a manifest needs an apiVersion, too, got ${value.kind}.` }]
  }
  const seen = new Set<string>()
  return Object.entries(value).flatMap(([key, record]) => {
    const name = key.replace(/^services\//, '')
    if (seen.has(name))
      return [{ severity: 'error' as const, path: [key], reason: 'stands twice, with services/ and without.' }]
    seen.add(name)
    const isCallable = isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))
    const reason = 'is not a service name (a DNS name in lower case).'
    const naming: Finding[] = isCallable ? [] : [{ severity: 'error', path: [key], reason }]
    const issues = wrongWith(record, issuesOf)
    if (issues.length === 0) return [...naming, ...lacking(key, record)]
    const refusals = issues.map(({ path, message }): Finding => {
      return { severity: 'error', path: [key, ...path], reason: message }
    })
    return [...naming, ...refusals]
  })
}

function wrongWith(record: unknown, issuesOf: (record: unknown) => Issue[]): readonly Issue[] {
  if (typeof record !== 'string') return issuesOf(record)
  try {
    parseRecord(record)
    return []
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return [{ path: [], message: error.message }]
  }
}

function lackingIn(config: string, given: Given): Lacking {
  const told = new Set<string>()
  return (key, record) => {
    const isText = typeof record === 'string'
    const { endpoints } = parseRecord(isText ? record : JSON.stringify(record))
    return lacks(endpoints, given).flatMap((lack): Finding[] => {
      const path = isText ? [key] : [key, 'endpoints', lack.endpoint]
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
