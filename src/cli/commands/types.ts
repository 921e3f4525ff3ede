/** `selvedge types`: the names of a registry as TypeScript, for `createMesh<ServiceName>`. */
import type { Command } from 'commander'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import { everyRecord } from '../every-record.ts'
import { fileRecords } from '../file-records.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import { serviceTypes } from '../service-types.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

interface TypesFlags extends Named {
  hostname?: string
  domain: string
}

export function types(command: Command, session: Session): void {
  example(command, 'selvedge types > src/services.ts', 'selvedge types -f registry.yaml > src/services.ts')
  filesOption(
    command,
    'in place of a mesh, files and folders: a map of names to records, or manifests; - is standard input',
  )
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action(async (files: string[], flags: TypesFlags) => {
      const isOfFiles = files.length > 0 || flags.file !== undefined
      const text = isOfFiles ? await ofFiles(named(files, flags), flags) : await ofMesh(session)
      session.print.data(text)
    })
}

async function ofMesh({ client, print, target }: Session): Promise<string> {
  const records = await everyRecord(client(), print)
  return serviceTypes(
    records.map(({ name }) => name),
    target().url,
  )
}

async function ofFiles(files: readonly string[], flags: TypesFlags): Promise<string> {
  const { documents, broken } = await readInput(files)
  if (broken.length > 0) throw ended(broken)
  const names = [...fileRecords(documents, flags).keys()].filter((name) => !isOfEvents(name))
  return serviceTypes(names, files.join(' '))
}
