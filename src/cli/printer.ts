/** The one place where the command prints. All text is escaped here. */
import { printable, printableData } from './printable.ts'
import type { Terminal } from './terminal.ts'

export interface Printer {
  /** A line of the result. */
  line(text: string): void
  /** Records, as JSON or YAML. */
  data(text: string): void
  /** A line about an error, or a hint. */
  tell(text: string): void
  /** The error that ended the command, in a sentence, and the message of another tool, in lines. */
  fail(text: string, detail?: string): void
  /** The command's own text, in lines: help. */
  help(text: string): void
  usage(text: string): void
}

export function printer(to: Terminal): Printer {
  return {
    line: (text) => to.out(`${printable(text)}\n`),
    data: (text) => to.out(printableData(text)),
    tell: (text) => to.err(`${printable(text)}\n`),
    fail(text, detail) {
      to.err(`${printable(`selvedge: ${text}`)}\n`)
      // Indented: no line of foreign text begins where a line of ours does.
      for (const line of detail?.split('\n') ?? []) to.err(`  ${printable(line)}\n`)
    },
    help: (text) => to.out(printableData(text)),
    usage: (text) => to.err(printableData(text)),
  }
}
