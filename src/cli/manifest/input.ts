/** What `-f` names: files, and folders of them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { Fault } from '../fault.ts'
import { type Document, readDocuments } from './documents.ts'

const READ = /\.(ya?ml|json)$/

/**
 * Documents of each file, in the order given; of a folder those that end in .yaml, .yml or .json; `-` is standard input.
 *
 * @param broken hears of a file that cannot be read; without it, that is thrown.
 */
export async function readInput(names: readonly string[], broken = rethrow): Promise<Document[]> {
  const documents: Document[] = []
  let isBroken = false
  for (const file of names.flatMap(filesOf)) {
    try {
      // A socket, too: /dev/stdin opens files and pipes alone.
      const text = file === '-' ? await textOf(process.stdin) : attempt(() => readFileSync(file, 'utf8'))
      documents.push(...readDocuments(text, file === '-' ? 'stdin' : file))
    } catch (error) {
      isBroken = true
      broken(error)
    }
  }
  if (documents.length === 0 && !isBroken) throw new Fault(`${names.join(', ')}: nothing is written there.`)
  return documents
}

function rethrow(error: unknown): void {
  throw error
}

function filesOf(name: string): string[] {
  if (name === '-') return [name]
  if (!attempt(() => statSync(name)).isDirectory()) return [name]
  const files = readdirSync(name, { recursive: true, encoding: 'utf8' }).filter((file) => READ.test(file))
  if (files.length === 0) throw new Fault(`${name}: holds no file that ends in .yaml, .yml or .json.`)
  return files.sort().map((file) => join(name, file))
}

function attempt<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new Fault(`The file cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
