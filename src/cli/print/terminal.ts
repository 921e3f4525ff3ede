/** Where a command writes. It does so through a printer, which escapes all text. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Errors and hints. */
  err(text: string): void
  /** Does somebody look at it, and not a file or a pipe? Default: no. */
  readonly isOutSeen?: boolean
  readonly isErrSeen?: boolean
  /** Lines that it shows of what is written to `out`; `undefined` where nobody looks at it. */
  readonly height?: (() => number | undefined) | undefined
}

/** The standard output and error of this process. */
export const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get isOutSeen() {
    return process.stdout.isTTY === true
  },
  height: () => process.stdout.rows,
  get isErrSeen() {
    return process.stderr.isTTY === true
  },
}
