import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { revisionNumber } from '../../src/core/text/revision.ts'
import { readMinRevision, readRevisions, writeRevisions } from '../../src/wire/revision.ts'

describe('selvedge-revision', () => {
  it('says each record that was read: by its name, with its revision', () => {
    const said = writeRevisions([
      { key: 'services/users', revision: '42', freshness: 'fresh' },
      { key: 'services/*.shop', revision: null },
      { key: 'services/gone' },
    ])
    expect(said).toBe('users=42, *.shop=unknown, gone=none')
    expect(readRevisions(said)).toEqual([
      { name: 'users', revision: '42' },
      { name: '*.shop', revision: 'unknown' },
      { name: 'gone', revision: 'none' },
    ])
  })

  it('hands on no text that a person may have written as a revision', () => {
    for (const revision of ['a, b=1', 'x'.repeat(65), 'none', '', '\r\nx: y'])
      expect(writeRevisions([{ key: 'services/users', revision }])).toBe('users=unknown')
  })

  it('passes over what does not read', () => {
    expect(readRevisions('users=42, , x, a=b=c,v=1')).toEqual([
      { name: 'users', revision: '42' },
      { name: 'v', revision: '1' },
    ])
  })
})

describe('selvedge-min-revision', () => {
  it.each([
    ['7', 7],
    ['7, 12, 3', 12],
    ['0', 0],
    ['', Number.POSITIVE_INFINITY],
    ['-1', Number.POSITIVE_INFINITY],
    ['1e3', Number.POSITIVE_INFINITY],
    ['7, x', Number.POSITIVE_INFINITY],
    ['9'.repeat(13), Number.POSITIVE_INFINITY],
  ])('%j demands %d', (header, least) => {
    expect(readMinRevision(header)).toBe(least)
  })

  it('is never read as less than any number it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (numbers) => {
        expect(readMinRevision(numbers.join(','))).toBe(Math.max(...numbers))
      }),
    )
  })

  it('is met by a number alone', () => {
    expect([revisionNumber('42'), revisionNumber('v42'), revisionNumber(undefined)]).toEqual([42, undefined, undefined])
  })
})
