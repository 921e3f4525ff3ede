import { describe, expect, it } from 'vitest'
import { createMesh } from '../../src/index.ts'
import { asyncStorage } from '../../src/mesh/async-storage.ts'
import { createMesh as createMeshAnywhere } from '../../src/mesh/mesh.ts'
import type { Storage } from '../../src/mesh/options.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { upstream } from '../support/upstream.ts'

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext

/** A mesh whose handler calls `users`, and the deadlines that were told there. */
function given(make: typeof createMeshAnywhere, options: { storage?: Storage } = {}, load = asyncStorage) {
  const users = upstream(200)
  const registry = memoryRegistry({ users: 'http://users.test' })
  const fetch: typeof globalThis.fetch = async (input, init) => users(new Request(input, init))
  const mesh = make({ registry, fetch, log: 'off', ...options }, load)
  const served = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
  const ask = (ms: number) =>
    served.fetch(new Request('http://front/', { headers: { 'selvedge-timeout-ms': `${ms}` } }), {}, ctx)
  const told = () => users.requests.map(({ headers }) => Number(headers.get('selvedge-timeout-ms')))
  return { mesh, ask, told }
}

describe('the context of serve', () => {
  it('is carried from the first request on, of each on its own where several come at once', async () => {
    const { ask, told } = given(createMesh)
    await Promise.all([ask(900), ask(400), ask(600)])
    await ask(300)
    expect(told().map((ms) => Math.ceil(ms / 100) * 100)).toEqual([900, 400, 600, 300])
  })

  it('is carried by what was given, and nothing else is loaded', async () => {
    const stores: unknown[] = []
    const storage: Storage = {
      run(store, go) {
        stores.push(store)
        return go()
      },
      getStore: () => stores.at(-1),
    }
    let loads = 0
    const load = async () => {
      loads += 1
      return undefined
    }
    const { ask, told } = given(createMeshAnywhere, { storage }, load)
    await ask(500)
    expect([stores.length, loads]).toEqual([1, 0])
    expect(told()[0]).toBeLessThan(500)
  })

  it('is loaded when the first request is served, once, and not by calls of its own', async () => {
    let loads = 0
    const load = () => {
      loads += 1
      return asyncStorage()
    }
    const { mesh, ask } = given(createMeshAnywhere, {}, load)
    await mesh.fetch('http://users/')
    expect(loads).toBe(0)
    for (let count = 0; count < 3; count++) await ask(500)
    expect(loads).toBe(1)
  })

  it('is not carried where the platform has nothing for it, which is asked once', async () => {
    let loads = 0
    const load = async () => {
      loads += 1
      return undefined
    }
    const { ask, told } = given(createMeshAnywhere, {}, load)
    await ask(500)
    await ask(500)
    expect(loads).toBe(1)
    for (const ms of told()) expect(ms).toBeGreaterThan(10_000)
  })
})

describe('asyncStorage', () => {
  it('carries a value from where it runs', async () => {
    const storage = await asyncStorage()
    expect(storage?.run('here', () => storage.getStore())).toBe('here')
    expect(storage?.getStore()).toBeUndefined()
  })
})
