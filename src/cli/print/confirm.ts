/** Asks the person at the terminal a question that is answered by yes or no. */
import { isatty } from 'node:tty'

/** `undefined` where nobody can answer: what is read is no terminal, or nobody sees the question. */
export function confirmer(): ((question: string) => Promise<boolean>) | undefined {
  if (!isatty(0) || !isatty(2)) return undefined
  return async (question) => {
    // Only who is asked needs it.
    const { createInterface } = await import('node:readline/promises')
    const asking = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return /^y(es)?$/i.test((await asking.question(question)).trim())
    } finally {
      asking.close()
    }
  }
}
