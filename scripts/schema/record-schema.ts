/** The JSON Schema of a service record: its structure from the one valibot source, with words for editors. */
import { recordSchema } from '../../src/record/record.ts'
import type { Words } from '../../src/schema/words.ts'
import { shared } from './shared.ts'
import { SNIPPETS } from './snippets.ts'
import { type Json, structureOf } from './structure.ts'
import { WORDS } from './words.ts'

/** Draft 7 is what editors know best. */
const DIALECT = 'http://json-schema.org/draft-07/schema#'

/** @throws {TypeError} where a field has no words, or words have no field. */
export function recordJsonSchema(): Json {
  const used = new Set<string>()
  const structure = structureOf(recordSchema(), (path, form) => {
    const words = wordsOf(form === undefined ? path : `${path}{${form}}`, used)
    const snippets = form === undefined ? SNIPPETS[path] : undefined
    return { ...words, ...(snippets && { defaultSnippets: snippets }) }
  })
  const idle = Object.keys(WORDS).filter((key) => !used.has(key))
  if (idle.length > 0) throw new TypeError(`Words are told of what is not there: ${idle.join(', ')}.`)
  const { definitions, schema } = shared(structure)
  return {
    $schema: DIALECT,
    title: 'Service record',
    description:
      'All that stands under one name of the registry: where the service answers, and what is done on the way.',
    defaultSnippets: SNIPPETS[''],
    ...schema,
    definitions,
  }
}

/** The words of the longest key that a path ends with. */
function wordsOf(path: string, used: Set<string>): Words {
  const steps = path.split(/(?<=\.)|(?=HeaderModifier)/)
  for (let from = 0; from < steps.length; from++) {
    const key = steps.slice(from).join('')
    const words = WORDS[key]
    if (!words) continue
    used.add(key)
    return words
  }
  throw new TypeError(`No words.ts tells of "${path}".`)
}
