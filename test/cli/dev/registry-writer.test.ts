import { describe, expect, it } from 'vitest'
import { registryWriter } from '../../../src/cli/dev/registry-writer.ts'

const entries = (record: Record<string, string>) => new Map(Object.entries(record))

function given() {
  const kv = new Map<string, string>()
  const acts: string[] = []
  const writer = registryWriter({
    async put(key, value) {
      acts.push(`put ${key}`)
      kv.set(key, value)
    },
    async delete(key) {
      acts.push(`delete ${key}`)
      kv.delete(key)
    },
  })
  return { kv, acts, writer }
}

describe('registryWriter', () => {
  it('writes what is new or differs, deletes what is gone, and leaves the rest alone', async () => {
    const { kv, acts, writer } = given()
    await writer.write(entries({ a: '1', b: '2', c: '3' }))
    acts.length = 0
    expect(await writer.write(entries({ a: '1', b: 'two', d: '4' }))).toEqual({
      added: ['d'],
      changed: ['b'],
      removed: ['c'],
    })
    expect(acts.sort()).toEqual(['delete c', 'put b', 'put d'])
    expect(Object.fromEntries(kv)).toEqual({ a: '1', b: 'two', d: '4' })
  })

  it('does not delete what somebody else wrote', async () => {
    const { kv, writer } = given()
    kv.set('by-hand', 'x')
    await writer.write(entries({ a: '1' }))
    await writer.write(entries({}))
    expect(Object.fromEntries(kv)).toEqual({ 'by-hand': 'x' })
  })

  it('writes more keys than go at once', async () => {
    const { kv, writer } = given()
    await writer.write(new Map(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'v'])))
    expect(kv.size).toBe(100)
  })
})
