import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { between, duration, must } from '../../src/schema/kit.ts'

const messages = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value).issues?.map(({ message }) => message) ?? []

describe('must', () => {
  it('says what may stand there', () => {
    const schema = v.pipe(
      v.number(),
      must((value: number) => value % 2 === 0, 'an even number'),
    )
    expect(messages(schema, 2)).toEqual([])
    expect(messages(schema, 3)).toEqual(['Expected an even number'])
  })
})

describe('between', () => {
  const schema = between(2, 5, 'a whole number from 2 to 5', Number.isInteger)

  it.each([2, 3, 5])('takes %d', (value) => {
    expect(messages(schema, value)).toEqual([])
  })

  it.each([1, 6, 2.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null, true])('refuses %s', (value) => {
    expect(messages(schema, value)).toEqual(['Expected a whole number from 2 to 5'])
  })
})

describe('duration', () => {
  const schema = duration('a duration from 1s to 1m', 1000, 60_000)

  it.each(['1s', '1000ms', '60s', '1m', '59s1000ms'])('takes %s', (value) => {
    expect(messages(schema, value)).toEqual([])
  })

  it.each(['999ms', '60001ms', '1h', '', 'soon', 5, null])('refuses %s', (value) => {
    expect(messages(schema, value)).toEqual(['Expected a duration from 1s to 1m'])
  })

  it('has no bounds unless told', () => {
    expect(messages(duration(), '0s')).toEqual([])
    expect(messages(duration(), '99999h')).toEqual([])
    expect(messages(duration(), 'soon')).toEqual(['Expected a duration such as "250ms", "2s" or "1m30s"'])
  })
})
