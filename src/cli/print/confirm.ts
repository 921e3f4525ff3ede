/** Asks the person at the terminal a question that is answered by yes or no. */
import { createInterface } from 'node:readline/promises'

/** `undefined` where nobody can answer: what is read is no terminal, or nobody sees the question. */
export function confirmer(): ((question: string) => Promise<boolean>) | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  return async (question) => {
    const asking = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return /^y(es)?$/i.test((await asking.question(question)).trim())
    } finally {
      asking.close()
    }
  }
}
