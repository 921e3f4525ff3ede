/** Where a command writes. */
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
