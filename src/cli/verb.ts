/** A verb of the command: its line in the list, and the rest, which is loaded when it is asked for. */
import type { Command } from 'commander'
import type { Session } from './session.ts'

export interface Verb {
  readonly name: string
  /** A line of help. */
  readonly summary: string
  /** Which of the shared flags it has a use for: `target` is --url and --token. Any other is refused. */
  readonly takes: readonly ('target' | 'output')[]
  load(): Promise<Filling>
}

/** Gives a command its arguments, its flags and what it does. */
export type Filling = (command: Command, session: Session) => void

/** A line of help that shows how a verb is used; the last thing that help says. */
export function example(command: Command, ...lines: readonly string[]): Command {
  const shown = lines.map((line) => `  ${line.startsWith('#') ? '' : '$ '}${line}`).join('\n')
  return command.addHelpText('after', `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${shown}`)
}
