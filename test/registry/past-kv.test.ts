import { describe, expect, it } from 'vitest'
import { pastKv } from '../../src/registry/past-kv.ts'

function given(texts: Record<string, string>) {
  const reads: string[][] = []
  const standing = pastKv(async (names) => {
    reads.push([...names])
    return names.map((name) => ({ name, text: texts[name] ?? null }))
  })
  return { standing, reads }
}

describe('pastKv', () => {
  it('reads each name once, and 100 at once at most', async () => {
    const { standing, reads } = given({ a: 'https://a.test' })
    const keys = Array.from({ length: 250 }, (_, index) => `services/n${index}`)
    await standing.prepare(['services/a', ...keys, 'services/a'])
    expect(reads.map(({ length }) => length)).toEqual([100, 100, 51])
    expect(await standing.registry.read(['services/a', 'services/n1'])).toEqual([{ text: 'https://a.test' }, undefined])
    expect(reads.length).toBe(3)
    await standing.registry.read(['services/new'])
    expect(reads.at(-1)).toEqual(['new'])
  })

  it('lays changes over what stands there, in the order that was asked', async () => {
    const { standing, reads } = given({ a: 'https://a.test', b: 'https://b.test' })
    const changed = standing.with({ a: null, c: 'https://c.test' })
    expect(await changed.read(['services/b', 'services/a', 'services/c', 'services/d'])).toEqual([
      { text: 'https://b.test' },
      undefined,
      { text: 'https://c.test' },
      undefined,
    ])
    expect(reads).toEqual([['b', 'd']])
    expect(await standing.registry.read(['services/a'])).toEqual([{ text: 'https://a.test' }])
  })
})
