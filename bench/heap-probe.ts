/** Prints the bytes of heap that a mesh holds after calling as many services as its argument says. Needs --expose-gc. */
import { createMesh } from '../src/index.ts'
import type { Registry } from '../src/registry/registry.ts'
import { recordOf } from './variants/records.ts'

const services = Number(process.argv[2])
// What KV would hold elsewhere is made as it is read: it is not the mesh's heap.
const registry: Registry = {
  async read(keys) {
    return keys.map((key) => {
      const text = recordOf(key)
      return text === undefined ? undefined : { text }
    })
  },
}
const mesh = createMesh({
  registry,
  maxRecords: 2 * services,
  fetch: async () => new Response('ok'),
})

const call = async (name: string) => {
  await (await mesh.fetch(`http://${name}/`)).text()
}
const held = async () => {
  // Weak references and finalizers want a turn of the event loop.
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

for (let i = 0; i < 1_000; i++) await call('wide')
const before = await held()
for (let i = 0; i < services; i++) await call(`n${i}`)
console.log((await held()) - before)
