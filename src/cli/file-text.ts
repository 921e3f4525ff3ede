/** The text of a file that a flag names. */
import { readFileSync } from 'node:fs'
import { faultOf } from '../manifest/yaml/fault.ts'

/** @param file `-` is standard input. @throws {Fault} where it cannot be read. */
export function fileText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw faultOf(`${file} cannot be read:`, cause)
  }
}
