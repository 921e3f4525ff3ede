/** `selvedge validate`: would the mesh obey these records and manifests? */
import { Command } from 'commander'
import { isServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { convert, isManifest } from '../../policy/manifest/convert.ts'
import type { Path } from '../../policy/manifest/manifest.ts'
import { parseRecord, recordIssues } from '../../policy/parse.ts'
import { type Document, readDocuments } from '../manifest/documents.ts'
import { readInput } from '../manifest/input.ts'
import { spelled } from '../manifest/spelled.ts'
import { NegativeAnswer } from '../negative-answer.ts'
import type { Terminal } from '../terminal.ts'

export function validateCommand(to: Terminal): Command {
  return new Command('validate')
    .description('check records and Gateway API manifests without a server')
    .requiredOption(
      '-f, --file <file...>',
      'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input',
    )
    .action(({ file }: { file: string[] }) => run(file, to))
}

function run(files: readonly string[], to: Terminal): void {
  const documents = readInput(files).flatMap(({ file, text }) => readDocuments(text, file))
  const manifests = documents.filter(({ value }) => isManifest(value))
  const { records, findings } = convert(manifests)
  let checked = records.size
  let refused = 0
  for (const { source, path, reason, severity } of findings) {
    if (severity === 'error') refused += 1
    to.err(`${source.at(path)}: ${severity}: ${spelled(path)}${reason}\n`)
  }
  for (const document of documents.filter(({ value }) => !isManifest(value))) {
    const complaints = complaintsOf(document)
    for (const { path, reason } of complaints) to.err(`${document.at(path)}: error: ${spelled(path)}${reason}\n`)
    refused += complaints.length
    checked += Object.keys(document.value ?? {}).length
  }
  if (refused > 0) throw new NegativeAnswer(`${refused} ${refused === 1 ? 'thing is' : 'things are'} wrong.`)
  to.out(`${checked} ${checked === 1 ? 'record is' : 'records are'} understood.\n`)
}

/** All that is wrong with a map of names to records. */
function complaintsOf({ value }: Document): { path: Path; reason: string }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path: [], reason: 'Expected a map of service names to records, or a manifest.' }]
  }
  return Object.entries(value).flatMap(([key, record]) => {
    const name = key.replace(/^services\//, '')
    const isCallable = isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))
    const naming = isCallable ? [] : [{ path: [key], reason: 'is not a service name (a DNS name in lower case).' }]
    return [...naming, ...issuesOf(record).map(({ path, message }) => ({ path: [key, ...path], reason: message }))]
  })
}

function issuesOf(record: unknown): { path: Path; message: string }[] {
  if (typeof record !== 'string') return recordIssues(record)
  try {
    parseRecord(record)
    return []
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return [{ path: [], message: error.message }]
  }
}
