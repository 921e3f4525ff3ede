/** What a command found not to be so: told in a sentence, and answered with exit code 1. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer'
}
