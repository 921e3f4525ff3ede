/** The files that a verb is given: as arguments, or with `-f`. */
import type { Command } from 'commander'
import { Fault } from '../manifest/yaml/fault.ts'

export interface Named {
  file?: string[]
}

export function filesOption(command: Command, what: string): Command {
  return command.argument('[file...]', what).option('-f, --file <file...>', 'the same, and may stand anywhere')
}

/** @throws Fault where there is none. */
export function named(files: readonly string[], { file = [] }: Named): readonly string[] {
  const names = [...files, ...file]
  if (names.length === 0) throw new Fault('No file is named: files, folders, or - for standard input.')
  return names
}
