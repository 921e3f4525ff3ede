/** `selvedge check`: is an installation, or are files, as they should be? */
import { type Command, InvalidArgumentError } from 'commander'
import { check } from '../../admin/checks/checks.ts'
import type { CheckView } from '../../admin/client.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isVersion } from '../../record/check/newer.ts'
import { checkReport, checkSummary } from '../check-report.ts'
import { fileRecords } from '../file-records.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import { seenFiles } from '../seen-files.ts'
import type { Session } from '../session.ts'
import { printTold } from '../told/print-told.ts'
import { example } from '../verb.ts'
import { readWorkerConfig } from '../worker-config.ts'

/** Set when the CLI is bundled: the version in package.json. */
declare const SELVEDGE_VERSION: string

interface CheckFlags extends Named {
  config?: string
  env?: string
  hostname?: string
  domain: string
  minVersion?: string
}

export function checks(command: Command, session: Session): void {
  example(command, 'selvedge check', 'selvedge check -f registry.yaml --config wrangler.toml')
  filesOption(command, 'in place of an installation, files and folders of records and manifests; - is standard input')
    .option('--config <file>', "of files: the mesh's wrangler configuration")
    .option('--env <name>', 'an environment of that configuration')
    .option('--min-version <version>', 'of files: the oldest version of the library that runs', version)
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action(async (files: string[], flags: CheckFlags) => {
      const isOfFiles = files.length > 0 || flags.file !== undefined
      if (!isOfFiles) assertNoneOf(flags)
      await tell(isOfFiles ? await ofFiles(named(files, flags), flags) : await ofMesh(session), session)
    })
}

/** @throws Fault where a flag is given that says something of files, and no files are. */
function assertNoneOf({ config, env, minVersion, hostname }: CheckFlags): void {
  const [flag] = Object.entries({
    '--config': config,
    '--env': env,
    '--min-version': minVersion,
    '--hostname': hostname,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
  if (flag !== undefined) throw new Fault(`${flag} is of files: name them with -f.`)
}

async function ofMesh({ client }: Session): Promise<readonly CheckView[]> {
  return (await client().check({ version: SELVEDGE_VERSION })).checks
}

async function ofFiles(files: readonly string[], flags: CheckFlags): Promise<readonly CheckView[]> {
  const { documents, broken } = await readInput(files)
  if (broken.length > 0) throw ended(broken)
  const config = flags.config === undefined ? undefined : await readWorkerConfig(flags.config, flags.env)
  return check(seenFiles(fileRecords(documents, flags), config, flags.minVersion))
}

/** @throws NegativeAnswer where a check failed: warnings end well. */
async function tell(results: readonly CheckView[], { print, output }: Session): Promise<void> {
  await printTold({ print, output }, results, () => [...checkReport(results), ''])
  const summary = checkSummary(results)
  if (results.some(({ state }) => state === 'failed')) throw new NegativeAnswer(summary)
  if (output !== 'json' && output !== 'yaml') print.line(summary)
}

function version(text: string): string {
  if (isVersion(text)) return text
  throw new InvalidArgumentError('It is a version of three numbers, as in 0.2.0.')
}
