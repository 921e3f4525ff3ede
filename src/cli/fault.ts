/** What stops a command: told in a sentence, without a stack, and answered with exit code 2. */
export class Fault extends Error {
  override readonly name = 'Fault'
}
