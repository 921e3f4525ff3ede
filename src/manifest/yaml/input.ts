/** Reads the files and folders that `-f` names. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { type Document, readDocuments } from './documents.ts'
import { Fault } from './fault.ts'
import { NegativeAnswer } from './negative-answer.ts'

const READ = /\.(ya?ml|json)$/

export interface Input {
  readonly documents: readonly Document[]
  /** Files that cannot be read, or are refused before parsing. The other files are still read. */
  readonly broken: readonly (Fault | NegativeAnswer)[]
}

/**
 * The documents of each file, in the order given. Of a folder, files that end in .yaml, .yml or .json; `-` is standard input.
 *
 * @throws Fault or NegativeAnswer, where no document could be read.
 */
export async function readInput(names: readonly string[]): Promise<Input> {
  const documents: Document[] = []
  const broken: (Fault | NegativeAnswer)[] = []
  const keep = (error: unknown) => {
    if (!(error instanceof Fault || error instanceof NegativeAnswer)) throw error
    broken.push(error)
  }
  for (const name of names) {
    try {
      for (const file of filesOf(name)) {
        try {
          // Standard input may be a socket, which /dev/stdin cannot open.
          const text = file === '-' ? await textOf(process.stdin) : attempt(() => readFileSync(file, 'utf8'))
          documents.push(...readDocuments(text, file === '-' ? 'stdin' : file))
        } catch (error) {
          keep(error)
        }
      }
    } catch (error) {
      keep(error)
    }
  }
  if (documents.length > 0) return { documents, broken }
  throw broken.length > 0 ? ended(broken) : new Fault(`${names.join(', ')}: nothing is written there.`)
}

/** One error for all broken files: a Fault where one of them is a Fault. */
export function ended(broken: Input['broken'], ...more: readonly string[]): Fault | NegativeAnswer {
  const [first = '', ...others] = [...broken.map(({ message }) => message), ...more]
  const isFault = broken.some((error) => error instanceof Fault)
  return isFault ? new Fault(first, { more: others }) : new NegativeAnswer(first, others)
}

function filesOf(name: string): string[] {
  if (name === '-') return [name]
  if (!attempt(() => statSync(name)).isDirectory()) return [name]
  const entries = attempt(() => readdirSync(name, { recursive: true, withFileTypes: true }))
  const files = entries.filter((entry) => READ.test(entry.name) && !entry.isDirectory())
  if (files.length === 0) throw new Fault(`${name}: holds no file that ends in .yaml, .yml or .json.`)
  return files.map((file) => join(file.parentPath, file.name)).sort()
}

function attempt<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new Fault(`The file cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
