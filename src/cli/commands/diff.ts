/** `selvedge diff`: what apply would change. Exit code 0: nothing; 1: something; more: it could not be said. */
import type { Command } from 'commander'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { differencesOf, stepLines } from '../apply/difference-lines.ts'
import { namingOptions, type PruneFlags, pruneOptions } from '../apply/flags.ts'
import { assertSelector, planned } from '../apply/planned.ts'
import { type Naming, wantedRecords } from '../apply/wanted.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

interface DiffFlags extends Named, PruneFlags, Naming {}

export function diff(command: Command, session: Session): void {
  example(command, 'selvedge diff -f registry.yaml', 'selvedge diff -f registry/ --prune --selector shop')
  filesOption(command, 'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input')
  pruneOptions(command)
  namingOptions(command).action((files: string[], flags: DiffFlags) => run(named(files, flags), flags, session))
}

async function run(files: readonly string[], flags: DiffFlags, session: Session): Promise<void> {
  const { print, output, machine } = session
  assertSelector(flags)
  const steps = await planned(await notNegative(wantedRecords(files, flags, print)), flags, session)
  const differing = steps.filter(({ act }) => act !== 'unchanged')
  if (output === 'json' || output === 'yaml') {
    const value = differing.map((step) => ({
      name: step.name,
      act: step.act,
      revision: step.before?.revision ?? null,
      difference: differencesOf(step),
    }))
    print.data(
      output === 'yaml'
        ? (await import('../print/yaml-text.ts')).yamlText(value)
        : `${JSON.stringify(value, null, 2)}\n`,
    )
  } else {
    for (const step of differing) for (const line of stepLines(step, machine.clock.now())) print.line(line)
  }
  if (differing.length > 0) throw new NegativeAnswer(`${differing.length} of ${steps.length} records differ.`)
}

/** 1 means that something differs: what is wrong with the files is a fault here, as with kubectl diff. */
async function notNegative<Value>(value: Promise<Value>): Promise<Value> {
  return value.catch((error: unknown) => {
    throw error instanceof NegativeAnswer ? new Fault(error.message, { more: error.more }) : error
  })
}
