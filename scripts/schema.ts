/** `npm run schema`: writes the JSON Schema of a record where the control plane serves it from. The build writes it into the package. */
import { writeFileSync } from 'node:fs'
import { schemaText } from './schema/written.ts'

writeFileSync(new URL('../src/control/record-schema.txt', import.meta.url), schemaText())
