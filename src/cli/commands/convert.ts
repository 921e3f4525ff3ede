/** `selvedge convert`: prints Gateway API manifests as records. */
import { Command, InvalidArgumentError } from 'commander'
import { stringify } from 'yaml'
import { convert, type LeftOut } from '../../manifest/convert.ts'
import { idOf, isManifest } from '../../manifest/read.ts'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { spelled } from '../../manifest/yaml/spelled.ts'
import { isCallable } from '../../record/check/key.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import { printableData } from '../printable.ts'
import type { Printer } from '../printer.ts'

/** Words that YAML 1.1 reads differently, such as `off`, are quoted. Each value is on the line of its key. */
const YAML_FORM = {
  aliasDuplicateObjects: false,
  compat: 'yaml-1.1',
  blockQuote: false,
  lineWidth: 0,
  doubleQuotedAsJSON: true,
} as const

interface ConvertFlags extends Named {
  output: 'json' | 'yaml'
  hostname?: string
  domain: string
}

export function convertCommand(print: Printer): Command {
  return filesOption(
    new Command('convert').description('turn HTTPRoute, GRPCRoute and XBackendTrafficPolicy manifests into records'),
    'files and folders of manifests, YAML or JSON; - is standard input',
  )
    .option('--output <form>', 'json or yaml', form, 'json')
    .option('--hostname <name>', 'the name of routes that have none, and no Service for parent', host)
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action((files: string[], flags: ConvertFlags) => run(named(files, flags), flags, print))
}

async function run(names: readonly string[], { output, hostname, domain }: ConvertFlags, print: Printer) {
  const { documents, broken } = await readInput(names)
  const { records, findings, lacking, leftOut } = convert(documents, { hostname, domain })
  const places = documents.map(({ at }) => at([]))
  const crowded = new Set(places.filter((place, index) => place === places[index - 1]))
  for (const { source, path, reason, severity } of [...findings, ...lacking]) {
    const object = crowded.has(source.at([])) && isManifest(source.value) ? `${idOf(source.value)}: ` : ''
    print.tell(`${source.at(path)}: ${severity}: ${object}${spelled(path)}${reason}`)
  }
  const all = Object.fromEntries(records)
  print.data(output === 'yaml' ? yaml(all) : `${JSON.stringify(all, null, 2)}\n`)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const end = leftOut.length > 0 ? ` Left out: ${leftOut.map(told).join('; ')}.` : ''
  const summary = errors === 0 ? [] : [`${errors} ${errors === 1 ? 'error' : 'errors'}.${end}`]
  if (broken.length > 0) throw ended(broken, ...summary)
  if (errors > 0) throw new NegativeAnswer(summary.join())
}

/** Text that needs an escape is quoted. */
function yaml(records: object): string {
  const text = stringify(records, YAML_FORM)
  return printableData(text) === text
    ? text
    : stringify(records, { ...YAML_FORM, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' })
}

function told({ object, names }: LeftOut): string {
  return names.length > 0 ? `${object} for ${names.map((name) => `"${name}"`).join(', ')}` : object
}

function form(text: string): 'json' | 'yaml' {
  if (text === 'json' || text === 'yaml') return text
  throw new InvalidArgumentError('It is json or yaml.')
}

function host(text: string): string {
  if (isCallable(text) && !text.includes('@')) return text
  throw new InvalidArgumentError('It is a DNS name in lower case, which may begin with "*.".')
}
