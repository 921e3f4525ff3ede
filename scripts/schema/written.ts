/** The schema as it is written down: for the package, and for the control plane that serves it. */
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

/** The text module of the control plane: compact, and not parsed before an editor does. */
export function schemaText(): string {
  return JSON.stringify(recordJsonSchema())
}
