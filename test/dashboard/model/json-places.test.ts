import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/dashboard/model/json-places.ts'

const TEXT = `{
  "endpoints": ["http://a", { "url": "http://b", "weight": -1 }],
  "timeouts": { "request": "2 s" },
  "reties": { "attempts": 2 }
}`

const at = (path: (string | number)[], text = TEXT) => {
  const { from, to } = placeOf(text, path)
  return text.slice(from, to)
}

describe('the place of a value', () => {
  it.each([
    [['endpoints', 0], '"http://a"'],
    [['endpoints', 1, 'weight'], '-1'],
    [['timeouts', 'request'], '"2 s"'],
  ])('is where %j was written', (path, text) => {
    expect(at(path)).toBe(text)
  })

  it('is its key, where it is an object: that is what was mistyped', () => {
    expect(at(['reties'])).toBe('"reties"')
  })

  it('is the deepest part that is there', () => {
    expect(at(['timeouts', 'backend'])).toBe('"timeouts"')
    expect(at(['endpoints', 9])).toBe('"endpoints"')
  })

  it('is the whole text, where that is no JSON', () => {
    expect(at(['a'], ' { "a": ')).toBe('{ "a":')
    expect(at(['a'], '')).toBe('')
  })

  it('passes over quotes within strings', () => {
    expect(at(['b'], String.raw`{"a": "x\"}", "b": 7}`)).toBe('7')
  })
})
