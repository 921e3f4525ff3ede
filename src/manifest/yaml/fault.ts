/** An error that ends a command with exit code 2. It is printed as a sentence, without a stack trace. */
export class Fault extends Error {
  override readonly name = 'Fault'
  /** Further sentences, printed after the first. */
  readonly more: readonly string[]
  /** The message of another tool, in lines. */
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

/** A fault with the message of another tool: its first line ends the sentence, the other lines follow below. */
export function faultOf(
  what: string,
  cause: unknown,
  text = cause instanceof Error ? cause.message : String(cause),
): Fault {
  const [first = '', ...others] = text.split('\n')
  return new Fault(`${what} ${first}`, { cause, detail: others.length > 0 ? others.join('\n') : undefined })
}
