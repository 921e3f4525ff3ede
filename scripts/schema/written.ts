/** The schema as it is written down: for the package, and for the Worker that serves it. */
import { createHash } from 'node:crypto'
import { recordJsonSchema } from './record-schema.ts'
import { registryJsonSchema } from './registry-schema.ts'
import type { Json } from './structure.ts'

/** For people and editors, by the names of the files. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    'service-record.schema.json': fileOf(recordJsonSchema()),
    'registry.schema.json': fileOf(registryJsonSchema()),
  }
}

function fileOf(schema: Json): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** The module of the Worker: one compact text, so that nothing is made of it until somebody asks. */
export function schemaModule(): string {
  const text = JSON.stringify(recordJsonSchema())
  const tag = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const quoted = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  return `/** The JSON Schema of a service record, as \`npm run schema\` writes it from src/policy/ and scripts/schema/. Not edited by hand. */

export const RECORD_SCHEMA_TAG = '"${tag}"'

export const RECORD_SCHEMA =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: places to fill in of a snippet
  '${quoted}'
`
}
