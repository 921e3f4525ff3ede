/** What stops a command: told in a sentence, without a stack, and answered with exit code 2. */
export class Fault extends Error {
  override readonly name = 'Fault'
  /** Further sentences, told after the first. */
  readonly more: readonly string[]
  /** What another tool said of it, in lines. */
  readonly detail: string | undefined

  constructor(message: string, { cause, more = [], detail }: FaultOptions = {}) {
    super(message, { cause })
    this.more = more
    this.detail = detail
  }
}

interface FaultOptions {
  readonly cause?: unknown
  readonly more?: readonly string[]
  readonly detail?: string | undefined
}

/** A fault that another tool has words for: its first line ends the sentence, the others stand below. */
export function faultOf(
  what: string,
  cause: unknown,
  text = cause instanceof Error ? cause.message : String(cause),
): Fault {
  const [first = '', ...others] = text.split('\n')
  return new Fault(`${what} ${first}`, { cause, detail: others.length > 0 ? others.join('\n') : undefined })
}
