import { describe, expect, it } from 'vitest'
import { recordChecker } from '../../src/record/parse.ts'
import { nearest } from '../../src/schema/near.ts'
import { WRITTEN_RECORDS } from '../support/written-records.ts'

describe('nearest', () => {
  const fields = ['endpoints', 'alias', 'rules', 'timeouts', 'retry', 'retryConstraint', 'url', 'key']
  it.each([
    ['endpoint', 'endpoints'],
    ['enpdoints', 'endpoints'],
    ['Alias', 'alias'],
    ['retrys', 'retry'],
    ['retryconstraint', 'retryConstraint'],
    ['ulr', 'url'],
    ['k', undefined],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('of %s is %s', (word, meant) => {
    expect(nearest(word, fields)).toBe(meant)
  })
})

type Fields = Record<string, unknown>

/** Every field of a record, with its place. */
function fieldsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsOf(item, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => [[...path, key], ...fieldsOf(field, [...path, key])])
}

/** A copy in which the field at a place has another name. */
function misspelled(value: unknown, [key, ...rest]: readonly (string | number)[], name: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? misspelled(item, rest, name) : item))
  return Object.fromEntries(
    Object.entries(value as Fields).map(([written, field]) => {
      if (written !== key) return [written, field]
      return rest.length === 0 ? [name, field] : [written, misspelled(field, rest, name)]
    }),
  )
}

const slips: Record<string, (name: string) => string> = {
  'a letter less': (name) => name.slice(0, -1),
  'a letter more': (name) => `${name}s`,
  'two letters swapped': (name) => name.replace(/^(.)(.)(.)/, '$1$3$2'),
  capitals: (name) => name.toUpperCase(),
}

describe.each(Object.entries(slips))('a field with %s', (_, slip) => {
  it('is one error, at its place, with the field that was meant: every field of every record', () => {
    const issuesOf = recordChecker()
    let tried = 0
    for (const record of WRITTEN_RECORDS) {
      for (const path of fieldsOf(record)) {
        const name = String(path.at(-1))
        const written = slip(name)
        // Of credentials the type decides what else may stand there: it is told what types there are.
        // What stands in claims is the issuer's word.
        if (path.at(-2) === 'claims') continue
        if (name === '$schema' || written === name || (name === 'type' && path.includes('credentials'))) continue
        tried += 1
        expect(issuesOf(misspelled(record, path, written)), path.join('.')).toEqual([
          {
            path: [...path.slice(0, -1), written],
            message: `is not a field that this version knows. Did you mean "${name}"?`,
          },
        ])
      }
    }
    expect(tried).toBeGreaterThan(150)
  })
})
