/** What `-f` names: files, and folders of them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../fault.ts'

const READ = /\.(ya?ml|json)$/

/** Text and name of each file, in the order given; of a folder those that end in .yaml, .yml or .json. */
export function readInput(names: readonly string[]): { file: string; text: string }[] {
  return names.flatMap(filesOf).map((file) => ({ file, text: attempt(() => readFileSync(file, 'utf8')) }))
}

function filesOf(name: string): string[] {
  // Standard input.
  if (name === '-') return ['/dev/stdin']
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
