/** `selvedge check`: is an installation, or are files, as they should be? */
import { type Command, InvalidArgumentError } from 'commander'
import type { CheckResult } from '../../admin/checks/check.ts'
import { check } from '../../admin/checks/checks.ts'
import { ended, readInput } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isVersion } from '../../record/check/newer.ts'
import { checkReport, checkSummary } from '../check-report.ts'
import { fileRecords } from '../file-records.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import type { Printer } from '../print/printer.ts'
import { seenFiles } from '../seen-files.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'
import { readWorkerConfig } from '../worker-config.ts'

interface CheckFlags extends Named {
  config?: string
  env?: string
  hostname?: string
  domain: string
  minVersion?: string
}

export function checks(command: Command, { print }: Session): void {
  example(command, 'selvedge check -f registry.yaml --config wrangler.toml')
  filesOption(command, 'in place of an installation, files and folders of records and manifests; - is standard input')
    .option('--config <file>', "of files: the mesh's wrangler configuration")
    .option('--env <name>', 'an environment of that configuration')
    .option('--min-version <version>', 'of files: the oldest version of the library that runs', version)
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action((files: string[], flags: CheckFlags) => run(named(files, flags), flags, print))
}

async function run(files: readonly string[], flags: CheckFlags, print: Printer): Promise<void> {
  const { documents, broken } = await readInput(files)
  if (broken.length > 0) throw ended(broken)
  const config = flags.config === undefined ? undefined : await readWorkerConfig(flags.config, flags.env)
  tell(check(seenFiles(fileRecords(documents, flags), config, flags.minVersion)), print)
}

/** @throws NegativeAnswer where a check failed: warnings end well. */
function tell(results: readonly CheckResult[], print: Printer): void {
  for (const line of checkReport(results)) print.line(line)
  print.line('')
  const summary = checkSummary(results)
  if (results.some(({ state }) => state === 'failed')) throw new NegativeAnswer(summary)
  print.line(summary)
}

function version(text: string): string {
  if (isVersion(text)) return text
  throw new InvalidArgumentError('It is a version of three numbers, as in 0.2.0.')
}
