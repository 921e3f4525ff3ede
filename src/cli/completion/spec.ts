/** What can be completed: verbs, their flags and their words, read off the command itself. */
import type { Command, Option } from 'commander'

export interface CompletedFlag {
  /** As they are typed: `--output`, `-o`. */
  readonly names: readonly string[]
  readonly summary: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

export interface CompletedVerb {
  readonly name: string
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  /** The words of a verb that has some, as those of `config`. */
  readonly words: readonly { readonly name: string; readonly summary: string }[]
  /** Are its arguments names of records? */
  readonly takesRecords: boolean
}

/** The verbs whose arguments are called `name` are those of records. */
export function completedVerbs(commands: readonly Command[]): CompletedVerb[] {
  return commands.map((command) => {
    const help = command.createHelp()
    const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
    const [argument] = command.registeredArguments
    return {
      name: command.name(),
      summary: command.description(),
      // Global ones have a help of their own.
      flags: distinct(options.map(flagOf)),
      words: [
        ...help.visibleCommands(command).map((word) => ({ name: word.name(), summary: word.description() })),
        ...(argument?.argChoices ?? []).map((name) => ({ name, summary: '' })),
      ],
      takesRecords: command.commands.length === 0 && argument?.name() === 'name',
    }
  })
}

function flagOf({ short, long, description, required, optional, argChoices = [] }: Option): CompletedFlag {
  const names = [long, short].filter((name) => name !== undefined)
  return { names, summary: description, takesValue: required || optional, choices: argChoices }
}

function distinct(flags: readonly CompletedFlag[]): CompletedFlag[] {
  return [...new Map(flags.map((flag) => [flag.names[0], flag])).values()]
}

/** Every flag that a value follows, of whichever verb. */
export function valueFlags(verbs: readonly CompletedVerb[]): string[] {
  const flags = verbs.flatMap(({ flags }) => flags).filter(({ takesValue }) => takesValue)
  return [...new Set(flags.flatMap(({ names }) => names))].sort()
}

/** Flags whose value is one of some words. */
export function choiceFlags(verbs: readonly CompletedVerb[]): CompletedFlag[] {
  return distinct(verbs.flatMap(({ flags }) => flags).filter(({ choices }) => choices.length > 0))
}

/** A text between single quotes, as every shell reads it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

export function namesOf(flags: readonly CompletedFlag[]): string[] {
  return flags.flatMap(({ names }) => names)
}
