/** Where a command writes: through a printer, which escapes what it is given. */
export interface Terminal {
  /** What was asked for. */
  out(text: string): void
  /** What went wrong, and what to look at. */
  err(text: string): void
  /** Does somebody look at it, and not a file or a pipe? Default: no. */
  readonly isOutSeen?: boolean
  readonly isErrSeen?: boolean
}

/** The process's own. */
export const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get isOutSeen() {
    return process.stdout.isTTY === true
  },
  get isErrSeen() {
    return process.stderr.isTTY === true
  },
}
