/** `selvedge convert`: manifests of the Gateway API to records, on stdout. */
import { Command, InvalidArgumentError } from 'commander'
import { stringify } from 'yaml'
import { convert, type LeftOut } from '../../policy/manifest/convert.ts'
import { idOf, isManifest } from '../../policy/manifest/read.ts'
import { readInput } from '../manifest/input.ts'
import { spelled } from '../manifest/spelled.ts'
import { NegativeAnswer } from '../negative-answer.ts'
import type { Terminal } from '../terminal.ts'

/** Words that YAML 1.1 takes for others, `off` for false, are quoted. */
const YAML_FORM = { aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const

interface ConvertFlags {
  file: string[]
  output: 'json' | 'yaml'
}

export function convertCommand(to: Terminal): Command {
  return new Command('convert')
    .description('turn HTTPRoute, GRPCRoute and XBackendTrafficPolicy manifests into records')
    .requiredOption('-f, --file <file...>', 'files and folders of manifests, YAML or JSON; - is standard input')
    .option('--output <form>', 'json or yaml', form, 'json')
    .action((flags: ConvertFlags) => run(flags, to))
}

async function run({ file, output }: ConvertFlags, to: Terminal): Promise<void> {
  const documents = await readInput(file)
  const { records, findings, lacking, leftOut } = convert(documents)
  const places = documents.map(({ at }) => at([]))
  const crowded = new Set(places.filter((place, index) => place === places[index - 1]))
  for (const { source, path, reason, severity } of [...findings, ...lacking]) {
    const object = crowded.has(source.at([])) && isManifest(source.value) ? `${idOf(source.value)}: ` : ''
    to.err(`${source.at(path)}: ${severity}: ${object}${spelled(path)}${reason}\n`)
  }
  const all = Object.fromEntries(records)
  to.out(output === 'yaml' ? stringify(all, YAML_FORM) : `${JSON.stringify(all, null, 2)}\n`)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (errors === 0) return
  const end = leftOut.length > 0 ? ` Left out: ${leftOut.map(told).join('; ')}.` : ''
  throw new NegativeAnswer(`${errors} ${errors === 1 ? 'error' : 'errors'}.${end}`)
}

function told({ object, names }: LeftOut): string {
  return names.length > 0 ? `${object} for ${names.map((name) => `"${name}"`).join(', ')}` : object
}

function form(text: string): 'json' | 'yaml' {
  if (text === 'json' || text === 'yaml') return text
  throw new InvalidArgumentError('It is json or yaml.')
}
