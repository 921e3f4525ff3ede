import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, stampedRevision, stampOf } from '../../../src/durable/ledger/stamp.ts'

const revision = {
  revision: 17,
  name: 'users',
  text: '{}',
  author: 'ann',
  message: 'more',
  at: 1_000,
  origin: 'api' as const,
}

describe('stampOf', () => {
  it('says which revision it is, of whom, why and when', () => {
    expect(stampOf(revision)).toEqual({ revision: 17, author: 'ann', message: 'more', at: '1970-01-01T00:00:01.000Z' })
    expect(stampOf({ ...revision, author: null })).not.toHaveProperty('author')
  })

  it('fits into the 1,024 bytes of metadata whatever is written, and keeps its revision', () => {
    const text = (unit: 'binary' | 'grapheme') => fc.string({ unit, maxLength: 256 })
    const author = text('grapheme').filter((text) => byteLength(JSON.stringify(text)) <= 256)
    const message = text('binary').filter((text) => byteLength(text) <= 256)
    const property = fc.property(author, message, (author, message) => {
      const stamp = stampOf({ ...revision, message, author })
      expect(byteLength(JSON.stringify(stamp))).toBeLessThanOrEqual(1_024)
      expect(stampedRevision(JSON.parse(JSON.stringify(stamp)))).toBe(17)
    })
    fc.assert(property)
    const escaped = stampOf({ ...revision, message: '\u0001'.repeat(256), author: '"'.repeat(127) })
    expect(byteLength(JSON.stringify(escaped))).toBeLessThanOrEqual(1_024)
  })

  it('keeps a message of 256 bytes whole', () => {
    const message = 'ü'.repeat(128)
    expect(stampOf({ ...revision, message }).message).toBe(message)
  })
})

describe('stampedRevision', () => {
  it.each([
    null,
    undefined,
    'revision',
    7,
    {},
    { revision: '7' },
    { revision: 0 },
    { revision: 1.5 },
    { revision: 1e15 },
  ])('knows no revision in %j', (metadata) => {
    expect(stampedRevision(metadata)).toBeUndefined()
  })
})
