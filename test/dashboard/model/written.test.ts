import { describe, expect, it } from 'vitest'
import { headersTyped } from '../../../src/dashboard/model/headers-typed.ts'
import { typedRecord, written } from '../../../src/dashboard/model/written.ts'

describe('a record that is typed', () => {
  it.each([
    ['{"alias": "users"}', { alias: 'users' }],
    ['"https://users.example.com"', 'https://users.example.com'],
    [' https://users.example.com\n', 'https://users.example.com'],
  ])('is %s', (text, record) => {
    expect(typedRecord(text)).toEqual({ record })
  })

  it.each(['', '{', '{"a": 1,}', '[]', '7', 'null'])('is none where it is %j, and it is said where', (text) => {
    const typed = typedRecord(text)
    expect(typed).toMatchObject({ fault: expect.any(String), at: expect.any(Number) })
    if ('at' in typed) expect(typed.at).toBeLessThanOrEqual(text.length)
  })

  it('reads as it was written', () => {
    const record = { endpoints: ['https://a.example'], retry: { attempts: 2 } }
    expect(typedRecord(written(record))).toEqual({ record })
    expect([written(null), written(undefined)]).toEqual(['', ''])
  })
})

describe('headers that are typed', () => {
  it('are a name and a value a line', () => {
    expect(headersTyped(' X-Env:  canary \n\nx-user: a:b')).toEqual({ headers: { 'x-env': 'canary', 'x-user': 'a:b' } })
    expect(headersTyped('')).toEqual({ headers: {} })
  })

  it('are refused where one is none', () => {
    expect(headersTyped('x-env canary')).toMatchObject({ fault: expect.stringContaining('x-env canary') })
  })
})
