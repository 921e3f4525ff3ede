import { describe, expect, it } from 'vitest'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { registryContract } from '../contracts/registry.ts'

registryContract('memoryRegistry', () => {
  const registry = memoryRegistry()
  const nameOf = (key: string) => key.slice('services/'.length)
  return {
    registry,
    put: async (key, text, revision) => registry.set(nameOf(key), text, revision),
    delete: async (key) => registry.delete(nameOf(key)),
  }
})

describe('memoryRegistry', () => {
  it('is made of records by name or wildcard', async () => {
    const record = { endpoints: [{ binding: 'SHOP' }] }
    const registry = memoryRegistry({ users: 'https://users.example.com', '*.shop': record })
    expect(await registry.read(['services/users', 'services/*.shop', 'services/shop'])).toEqual([
      { text: 'https://users.example.com' },
      { text: JSON.stringify(record) },
      undefined,
    ])
  })

  it('keeps a record as it was when it was written', async () => {
    const record = { endpoints: ['https://old.example.com'] }
    const registry = memoryRegistry({ users: record })
    record.endpoints[0] = 'https://new.example.com'
    expect((await registry.read(['services/users']))[0]?.text).toContain('old')
  })
})
