import { describe, expect, it } from 'vitest'
import { MAX_ALLOWANCE, readAllowance, readRetriesUsed } from '../../src/wire/allowance.ts'
import { seen } from '../../src/wire/seen.ts'

describe.each([
  ['selvedge-retry-allowance', readAllowance],
  ['selvedge-retries-used', (headers: Headers) => readRetriesUsed(seen(headers))],
])('%s', (header, read) => {
  it.each([
    ['0', 0],
    ['2', 2],
    ['007', 7],
    ['100', MAX_ALLOWANCE],
    ['101', MAX_ALLOWANCE],
    ['999', MAX_ALLOWANCE],
  ])('of "%s" is read as %i', (text, count) => {
    expect(read(new Headers({ [header]: text }))).toBe(count)
  })

  it.each(['', '-1', '+1', '1.5', 'two', '0x2', '1e2', '2, 3', '1000'])('of "%s" is ignored', (text) => {
    expect(read(new Headers({ [header]: text }))).toBeUndefined()
  })

  it('says nothing where it is absent', () => {
    expect(read(new Headers())).toBeUndefined()
  })
})
