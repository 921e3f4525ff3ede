/** `selvedge types`: the names of a registry as TypeScript, for `createMesh<ServiceName>`. */
import type { Command } from 'commander'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { isCallable } from '../../record/check/key.ts'
import { fileRecords } from '../file-records.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import type { Printer } from '../print/printer.ts'
import { serviceTypes } from '../service-types.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

interface TypesFlags extends Named {
  hostname?: string
  domain: string
}

export function types(command: Command, { print }: Session): void {
  example(command, 'selvedge types -f registry.yaml > src/services.ts')
  filesOption(command, 'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input')
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action((files: string[], flags: TypesFlags) => run(named(files, flags), flags, print))
}

async function run(files: readonly string[], flags: TypesFlags, print: Printer): Promise<void> {
  const { documents, broken } = await readInput(files)
  if (broken.length > 0) throw ended(broken)
  print.data(serviceTypes([...fileRecords(documents, flags).keys()].filter(isCallable), files.join(' ')))
}
