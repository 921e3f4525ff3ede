/** What a command found not to be so: told in a sentence, and answered with exit code 1. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer'
  /** Further sentences, told after the first. */
  readonly more: readonly string[]

  constructor(message: string, more: readonly string[] = []) {
    super(message)
    this.more = more
  }
}
