/** `selvedge convert`: prints Gateway API manifests as records. */
import { type Command, InvalidArgumentError } from 'commander'
import { convert, type LeftOut } from '../../manifest/convert.ts'
import { idOf, isManifest } from '../../manifest/read.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { spelled } from '../../manifest/yaml/spelled.ts'
import { isCallable } from '../../record/check/key.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import { yamlText } from '../print/yaml-text.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

interface ConvertFlags extends Named {
  hostname?: string
  domain: string
}

export function convertManifests(command: Command, session: Session): void {
  example(command, 'selvedge convert -f routes/ --output yaml')
  filesOption(command, 'files and folders of manifests, YAML or JSON; - is standard input')
    .option('--hostname <name>', 'the name of routes that have none, and no Service for parent', host)
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action((files: string[], flags: ConvertFlags) => run(named(files, flags), flags, session))
}

async function run(names: readonly string[], { hostname, domain }: ConvertFlags, { print, output = 'json' }: Session) {
  if (output !== 'json' && output !== 'yaml') throw new Fault('Records are printed as json or yaml.')
  const { documents, broken } = await readInput(names)
  const { records, findings, lacking, leftOut } = convert(documents, { hostname, domain })
  const places = documents.map(({ at }) => at([]))
  const crowded = new Set(places.filter((place, index) => place === places[index - 1]))
  for (const { source, path, reason, severity } of [...findings, ...lacking]) {
    const object = crowded.has(source.at([])) && isManifest(source.value) ? `${idOf(source.value)}: ` : ''
    print.tell(`${source.at(path)}: ${severity}: ${object}${spelled(path)}${reason}`)
  }
  const all = Object.fromEntries(records)
  print.data(output === 'yaml' ? yamlText(all) : `${JSON.stringify(all, null, 2)}\n`)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const end = leftOut.length > 0 ? ` Left out: ${leftOut.map(told).join('; ')}.` : ''
  const summary = errors === 0 ? [] : [`${errors} ${errors === 1 ? 'error' : 'errors'}.${end}`]
  if (broken.length > 0) throw ended(broken, ...summary)
  if (errors > 0) throw new NegativeAnswer(summary.join())
}

function told({ object, names }: LeftOut): string {
  return names.length > 0 ? `${object} for ${names.map((name) => `"${name}"`).join(', ')}` : object
}

function host(text: string): string {
  if (isCallable(text) && !text.includes('@')) return text
  throw new InvalidArgumentError('It is a DNS name in lower case, which may begin with "*.".')
}
