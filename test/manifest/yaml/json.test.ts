import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJson, jsonFault } from '../../../src/manifest/yaml/json.ts'

describe('jsonFault', () => {
  it.each([
    ['{"a": 1,}', 8, 'has a comma before the closing "}"'],
    ['[1, 2,\n]', 7, 'has a comma before the closing "]"'],
    ['{"a": [1,]}', 9, 'has a comma before the closing "]"'],
    ['{a: 1}', 1, 'has "a" where a key in double quotes should stand'],
    ["{'a': 1}", 1, 'has "\'" where a key in double quotes should stand'],
    ['{"a" 1}', 5, 'has "1" where ":" should stand'],
    ['{"a": 1 "b": 2}', 8, 'has "\\"" where "," or "}" should stand'],
    ['{"a": yes}', 6, 'has "y" where a value should stand'],
    ['{"a": 01}', 6, 'has "0" where a value should stand'],
    ['{"a": 1', 7, 'ends where "," or "}" should stand'],
    ['{"a":', 5, 'ends where a value should stand'],
    ['{"a": 1} x', 9, 'has "x" where the end should stand'],
    ['{"a": 1} // why', 9, 'has "/" where the end should stand'],
    ['{"a": "b\nc"}', 6, 'has "\\"" where a value should stand'],
    ['{"a": "\\x"}', 6, 'has "\\"" where a value should stand'],
    ['', 0, 'ends where a value should stand'],
    ['{,}', 1, 'has "," where a key in double quotes should stand'],
  ])('finds in %j what is not of JSON', (text, offset, what) => {
    expect(jsonFault(text)).toEqual({ offset, what })
  })

  it('finds nothing in JSON, and something in all else (seed 11)', () => {
    const text = fc.oneof(
      fc.json(),
      fc.tuple(fc.json(), fc.nat(), fc.constantFrom(',', '}', '"', ':', 'a', '')).map(([json, at, odd]) => {
        const place = at % (json.length + 1)
        return json.slice(0, place) + odd + json.slice(place + 1)
      }),
    )
    fc.assert(
      fc.property(text, (text) => {
        let isGood = true
        try {
          JSON.parse(text)
        } catch {
          isGood = false
        }
        const fault = jsonFault(text)
        expect(fault === undefined).toBe(isGood)
        expect(fault?.offset ?? 0).toBeLessThanOrEqual(text.length)
      }),
      { seed: 11, numRuns: 2000 },
    )
  })

  it('does not mind the mark of a byte order', () => {
    expect(jsonFault('\uFEFF{"a": 1}\r\n')).toBeUndefined()
  })
})

it.each([
  ['a.json', 'a: 1', true],
  ['a.yaml', '{"a": 1}', false],
  ['a.yml', '{}', false],
  ['stdin', '\uFEFF { "a": 1}', true],
  ['stdin', '[{}]', true],
  ['stdin', '{ a: 1 }', false],
  ['stdin', 'a: 1', false],
])('%s with %j is JSON: %s', (file, text, is) => {
  expect(isJson(text, file)).toBe(is)
})
