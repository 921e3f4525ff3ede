import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_ALLOWANCE, readAllowance, readRetriesUsed } from '../../src/wire/allowance.ts'
import { seen } from '../../src/wire/answer/seen.ts'

const ALLOWANCE = 'selvedge-retry-allowance'
const USED = 'selvedge-retries-used'
const allowanceOf = (headers: Headers) => readAllowance(headers)
const usedOf = (headers: Headers) => readRetriesUsed(seen(headers).retriesUsed)

describe.each([
  [ALLOWANCE, allowanceOf],
  [USED, usedOf],
])('%s', (header, read) => {
  it.each([
    ['0', 0],
    ['2', 2],
    ['007', 7],
    ['100', MAX_ALLOWANCE],
    ['101', MAX_ALLOWANCE],
    ['1000', MAX_ALLOWANCE],
    ['9'.repeat(400), MAX_ALLOWANCE],
  ])('of "%s" is read as %i', (text, count) => {
    expect(read(new Headers({ [header]: text }))).toBe(count)
  })

  it('says nothing where it is absent', () => {
    expect(read(new Headers())).toBeUndefined()
  })
})

describe('what takes away the most', () => {
  it.each(['', '-1', '+1', '1.5', 'two', '0x2', '1e2', '3, x', '3,'])(
    'is meant by "%s", which cannot be read',
    (text) => {
      expect(allowanceOf(new Headers({ [ALLOWANCE]: text }))).toBe(0)
      expect(usedOf(new Headers({ [USED]: text }))).toBe(MAX_ALLOWANCE)
    },
  )

  it('is meant by a list: the least that is granted, the most that was used', () => {
    expect(allowanceOf(new Headers({ [ALLOWANCE]: '5, 2,3' }))).toBe(2)
    expect(usedOf(new Headers({ [USED]: '1, 2,0' }))).toBe(2)
  })

  it('is what another value can only bring nearer', () => {
    const text = fc.oneof(fc.nat(200).map(String), fc.string({ unit: fc.constantFrom(...Array.from('019-.x ')) }))
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), text, (some, one) => {
        const both = (header: string, values: string[]) => new Headers(values.map((value) => [header, value]))
        const [fewer, more] = [some, [...some, one]].map((values) => allowanceOf(both(ALLOWANCE, values)) as number)
        expect(more).toBeLessThanOrEqual(fewer as number)
        const [least, most] = [some, [...some, one]].map((values) => usedOf(both(USED, values)) as number)
        expect(most).toBeGreaterThanOrEqual(least as number)
      }),
    )
  })
})
