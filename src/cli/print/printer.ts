/** The one place where the command prints. All text is escaped here. */
import { printable, printableData } from './printable.ts'
import { rendered, type Styled } from './style.ts'
import type { Terminal } from './terminal.ts'

export interface Printer {
  /** A line of the result. */
  line(text: Styled): void
  /** Records, as JSON or YAML. */
  data(text: string): void
  /** A line about an error, or a hint. */
  tell(text: Styled): void
  /** How far long work has come: one line, written over by the next text. Nothing where nobody looks on. */
  progress(text: string): void
  /** The error that ended the command, in a sentence, and the message of another tool, in lines. */
  fail(text: string, detail?: string): void
  /** The command's own text, in lines: help. */
  help(text: string): void
  usage(text: string): void
}

/** Back to the beginning of the line, and clear it. */
const WIPE = '\r\u001b[K'

/** @param isColoured may what is seen on a terminal have colours? */
export function printer(to: Terminal, isColoured: () => boolean = () => false): Printer {
  let isUnderway = false
  const wipe = () => {
    if (isUnderway) to.err(WIPE)
    isUnderway = false
  }
  const out = (text: string) => {
    wipe()
    to.out(text)
  }
  const err = (text: string) => {
    wipe()
    to.err(text)
  }
  return {
    line: (text) => out(`${rendered(text, printable, to.isOutSeen === true && isColoured())}\n`),
    data: (text) => out(printableData(text)),
    tell: (text) => err(`${rendered(text, printable, to.isErrSeen === true && isColoured())}\n`),
    progress(text) {
      if (!to.isErrSeen) return
      wipe()
      to.err(printable(text))
      isUnderway = true
    },
    fail(text, detail) {
      err(`${printable(`selvedge: ${text}`)}\n`)
      // Indented: no line of foreign text begins where a line of ours does.
      for (const line of detail?.split('\n') ?? []) err(`  ${printable(line)}\n`)
    },
    help: (text) => out(printableData(text)),
    usage: (text) => err(printableData(text)),
  }
}
