import { describe, expect, it } from 'vitest'
import { difference } from '../../src/record/difference.ts'

const json = (value: unknown) => JSON.stringify(value)

describe('difference', () => {
  it('names each field that was changed, added or removed, in the order of the record', () => {
    const before = json({ endpoints: ['https://a.test', 'https://b.test'], timeouts: { request: '1s' }, gone: true })
    const after = json({ endpoints: ['https://a.test', 'https://c.test'], timeouts: { request: '2s' }, 'a/b~c': null })
    expect(difference(before, after)).toEqual([
      { path: '/endpoints/1', before: 'https://b.test', after: 'https://c.test' },
      { path: '/timeouts/request', before: '1s', after: '2s' },
      { path: '/gone', before: true },
      { path: '/a~1b~0c', after: null },
    ])
  })

  it('is of the whole where one is no record, a bare URL, or of another kind', () => {
    expect(difference(null, '{"a":1}')).toEqual([{ path: '', after: { a: 1 } }])
    expect(difference('https://a.test', null)).toEqual([{ path: '', before: 'https://a.test' }])
    expect(difference('https://a.test', 'https://b.test')).toEqual([
      { path: '', before: 'https://a.test', after: 'https://b.test' },
    ])
    expect(difference('{"a":[1]}', '{"a":{"0":1}}')).toEqual([{ path: '/a', before: [1], after: { 0: 1 } }])
  })

  it('is empty for the same text, and of the text where only its writing differs', () => {
    expect(difference('{"a":1}', '{"a":1}')).toEqual([])
    expect(difference('{"a":1}', '{ "a": 1 }')).toEqual([{ path: '', before: '{"a":1}', after: '{ "a": 1 }' }])
  })

  it('takes no field for one that every object has', () => {
    expect(difference('{"a":1}', '{"a":1,"constructor":2}')).toEqual([{ path: '/constructor', after: 2 }])
    expect(difference('{"__proto__":1}', '{}')).toEqual([{ path: '/__proto__', before: 1 }])
  })

  it('ends for records that are nested deep, and tells a hundred differences at most', () => {
    const deep = (inner: string) => '['.repeat(100_000) + inner + ']'.repeat(100_000)
    expect(difference(deep('1'), deep('1'))).toEqual([])
    const many = (value: number) => json(Array.from({ length: 500 }, () => value))
    const told = difference(many(1), many(2))
    expect(told.length).toBe(100)
    expect(told.at(-1)).toEqual({ path: '', before: many(1), after: many(2) })
  })
})
