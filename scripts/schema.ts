/** `npm run schema`: writes the JSON Schema of a record where the Worker serves it from. The build writes it into the package. */
import { writeFileSync } from 'node:fs'
import { schemaModule } from './schema/written.ts'

writeFileSync(new URL('../src/worker/record-schema.ts', import.meta.url), schemaModule())
