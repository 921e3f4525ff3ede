import { describe, expect, it } from 'vitest'
import { longRules } from '../../../src/manifest/yaml/glance.ts'

const items = (count: number, indent: string) => `${indent}- matches: []\n${indent}  name: a\n`.repeat(count)

describe('longRules', () => {
  it.each([
    ['a manifest', `kind: HTTPRoute\nspec:\n  rules:\n${items(1001, '    ')}  hostnames: []\n`, 3],
    ['one whose items are as far in as their key', `spec:\n  rules: # many\n${items(1001, '  ')}`, 2],
    [
      'the second of two documents',
      `spec:\n  rules:\n${items(1, '  ')}---\nspec:\n  rules:\n${items(1001, '    ')}`,
      7,
    ],
    ['a route in a list', `items:\n- spec:\n    rules:\n${items(1001, '    ')}`, 3],
    ['a record in a list', `- rules:\n${items(1001, '  ')}- rules: []\n`, 1],
  ])('finds the line of %s', (_, text, line) => {
    expect(longRules(text)).toMatchObject({ line, count: 1001 })
  })

  it('counts the line ends of Windows once', () => {
    const text = `kind: HTTPRoute\nspec:\n  rules:\n${items(1001, '    ')}`.replaceAll('\n', '\r\n')
    expect(longRules(text)).toMatchObject({ line: 3, count: 1001 })
  })

  it('finds them in JSON, too', () => {
    const rules = new Array(1001).fill({})
    expect(longRules(JSON.stringify({ items: [{ spec: { rules } }] }))).toEqual({ line: undefined, count: 1001 })
  })

  it.each([
    ['a thousand rules', `rules:\n${items(1000, '  ')}`],
    ['many routes of one rule', `- rules:\n${items(1, '  ')}`.repeat(2000)],
    ['many lines beneath one rule', `rules:\n  - headers:\n${items(2000, '      ')}`],
    ['a long list of another name', `endpoints:\n${items(2000, '  ')}`],
    ['JSON that is none', `{"rules": [${'{},'.repeat(2000)}`],
  ])('leaves %s to the parser', (_, text) => {
    expect(longRules(text)).toBeUndefined()
  })
})
