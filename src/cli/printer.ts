/** The one place where text leaves the command: whatever it holds is escaped here. */
import { printable, printableData } from './printable.ts'
import type { Terminal } from './terminal.ts'

export interface Printer {
  /** A line of what was asked for. */
  line(text: string): void
  /** Records: JSON or YAML. */
  data(text: string): void
  /** A line on what went wrong, and on what to look at. */
  tell(text: string): void
  /** What ended the command, in a sentence, and what another tool said of it, in lines. */
  fail(text: string, detail?: string): void
  /** A text of the command's own making, in lines: help. */
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
      // Set in: nothing that somebody else wrote begins where a line of ours does.
      for (const line of detail?.split('\n') ?? []) to.err(`  ${printable(line)}\n`)
    },
    help: (text) => to.out(printableData(text)),
    usage: (text) => to.err(printableData(text)),
  }
}
