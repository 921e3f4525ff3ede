/** The words that stand in a folder of the source: in every `words.ts` beneath it, so that no list of them is kept. */
import { readdirSync } from 'node:fs'
import type { WordsByPath } from '../../src/schema/words.ts'

/**
 * @param folder from the root of the repository.
 * @throws {TypeError} where two files tell of the same.
 */
export async function wordsBeneath(folder: string): Promise<WordsByPath> {
  const root = new URL(`../../${folder}/`, import.meta.url)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const told = new Map<string, WordsByPath[string]>()
  for (const file of files.filter((file) => /(^|[\\/])words\.ts$/.test(file)).sort()) {
    const { WORDS } = (await import(new URL(file, root).href)) as { WORDS: WordsByPath }
    for (const [path, words] of Object.entries(WORDS)) {
      if (told.has(path)) throw new TypeError(`${folder}/${file} tells of "${path}", as another file does.`)
      told.set(path, words)
    }
  }
  return Object.fromEntries(told)
}
