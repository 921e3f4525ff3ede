import { describe, expect, it, vi } from 'vitest'
import { type EntryMetadata, type KvRegistryOptions, kvRegistry } from '../../src/registry/kv.ts'
import { registryContract } from '../contracts/registry.ts'

type Stored = { value: string | null; metadata: EntryMetadata | null }
const NOTHING: Stored = { value: null, metadata: null }

/** As much of a KV namespace as is read from, over a Map. */
function namespace(options?: KvRegistryOptions) {
  const values = new Map<string, Stored>()
  const getWithMetadata = vi.fn(async (keys: string | string[], _options: object) =>
    typeof keys === 'string'
      ? (values.get(keys) ?? NOTHING)
      : new Map(keys.map((key) => [key, values.get(key) ?? NOTHING])),
  )
  const registry = kvRegistry({ getWithMetadata } as unknown as KVNamespace, options)
  return { values, getWithMetadata, registry }
}

registryContract('kvRegistry', () => {
  const { values, registry } = namespace()
  return {
    registry,
    async put(key, value, revision) {
      values.set(key, { value, metadata: revision === undefined ? null : { revision } })
    },
    async delete(key) {
      values.delete(key)
    },
  }
})

describe('kvRegistry', () => {
  it('reads a name without wildcards as one key', async () => {
    const { registry, getWithMetadata } = namespace()
    await registry.read(['services/users'])
    expect(getWithMetadata.mock.calls).toEqual([['services/users', { type: 'text', cacheTtl: 30 }]])
  })

  it('reads a name and its wildcards in one round trip', async () => {
    const { registry, getWithMetadata } = namespace()
    const keys = ['services/a.b.c', 'services/*.b.c', 'services/*.c']
    await registry.read(keys)
    expect(getWithMetadata.mock.calls).toEqual([[keys, { type: 'text', cacheTtl: 30 }]])
  })

  it('asks for no keys with no read', async () => {
    const { registry, getWithMetadata } = namespace()
    await registry.read([])
    expect(getWithMetadata).not.toHaveBeenCalled()
  })

  it('lets a location answer from its cache for as long as it is told', async () => {
    const { registry, getWithMetadata } = namespace({ cacheTtl: 60 })
    await registry.read(['services/users'])
    expect(getWithMetadata.mock.calls[0]?.[1]).toEqual({ type: 'text', cacheTtl: 60 })
  })

  it.each<[string, EntryMetadata | null, string | undefined]>([
    ['of a number', { revision: 7 }, '7'],
    ['of a text', { revision: 'abc' }, 'abc'],
    ['that is missing from the metadata', { author: 'ada' }, undefined],
    ['that is missing with all metadata', null, undefined],
  ])('takes a revision %s', async (_, metadata, revision) => {
    const { registry, values } = namespace()
    values.set('services/users', { value: 'https://users.example.com', metadata })
    expect(await registry.read(['services/users'])).toEqual([{ text: 'https://users.example.com', revision }])
  })

  it('fails as KV fails', async () => {
    const { registry, getWithMetadata } = namespace()
    getWithMetadata.mockRejectedValue(new Error('KV GET failed: 500 Internal Server Error'))
    await expect(registry.read(['services/users'])).rejects.toThrow('KV GET failed')
    await expect(registry.read(['services/a.b', 'services/*.b'])).rejects.toThrow('KV GET failed')
  })

  it.each([undefined, null, {}, 'REGISTRY'])('says at once that %s is no KV namespace', (given) => {
    expect(() => kvRegistry(given as unknown as KVNamespace)).toThrow(
      new TypeError(`kvRegistry needs a KV namespace, as in kvRegistry(env.REGISTRY); got ${given}.`),
    )
  })
})
