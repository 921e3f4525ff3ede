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
  /** Lines in place of all that the terminal shows of the result, as far as they fit. */
  screen(lines: readonly string[]): void
  /** The error that ended the command, in a sentence, and the message of another tool, in lines. */
  fail(text: string, detail?: string): void
  /** The command's own text, in lines: help. */
  help(text: string): void
  usage(text: string): void
}

/** Back to the beginning of the line, and clear it. */
const WIPE = '\r\u001b[K'

/** To the first line; and all that stands behind, or beneath, is cleared (ECMA-48). */
const HOME = '\u001b[H'
const REST_OF_LINE = '\u001b[K'
const BENEATH = '\u001b[J'

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
    screen(lines) {
      // The last line stays free: the end of a line there would move all up.
      const fitting = lines.slice(0, Math.max(1, (to.height?.() ?? lines.length + 1) - 1))
      out(`${HOME}${fitting.map((line) => `${printable(line)}${REST_OF_LINE}\n`).join('')}${BENEATH}`)
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
