/** Calls services by name, each once, over a registry that is made as it is read: what stays is the mesh's own. */
import { createMesh, type Mesh } from '../../src/index.ts'
import { recordOf } from './records.ts'

const made: { mesh?: Mesh } = {}

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url)
    made.mesh ??= createMesh({
      registry: { read: async (keys) => keys.map(entryOf) },
      maxRecords: 2 * Number(searchParams.get('most')),
      fetch: async () => new Response('ok'),
    })
    for (let i = Number(searchParams.get('from')); i < Number(searchParams.get('to')); i++) {
      await (await made.mesh.fetch(`http://n${i}/`)).text()
    }
    return new Response('done')
  },
}

function entryOf(key: string) {
  const text = recordOf(key)
  return text === undefined ? undefined : { text }
}
