/** A negative result that ends a command with exit code 1. It is printed as a sentence. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer'
  /** Further sentences, printed after the first. */
  readonly more: readonly string[]

  constructor(message: string, more: readonly string[] = []) {
    super(message)
    this.more = more
  }
}
