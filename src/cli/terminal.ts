/** Where a command writes: through a printer, which escapes what it is given. */
export interface Terminal {
  /** What was asked for. */
  out(text: string): void
  /** What went wrong, and what to look at. */
  err(text: string): void
}

/** The process's own. */
export const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}
