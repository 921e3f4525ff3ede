import { describe, expect, it } from 'vitest'
import { countedCalls } from '../../../src/admin/authz/calls.ts'
import type { ServiceSum } from '../../../src/durable/stats/number-book.ts'
import { NOTHING } from '../../../src/telemetry/numbers/sum.ts'

const sum = (
  reporter: ServiceSum['reporter'],
  service: string,
  numbers: Partial<ServiceSum['numbers']>,
): ServiceSum => ({
  reporter,
  service,
  numbers: { ...NOTHING, ...numbers },
})

const told = (...sums: ServiceSum[]) =>
  countedCalls(sums).map(({ service, caller, record, rule, allowed, denied, wouldDeny }) =>
    [service, caller, record, rule, allowed, denied, wouldDeny].join(' '),
  )

describe('countedCalls', () => {
  it('takes of each caller and service what one reporter counted: the mesh before a function', () => {
    expect(
      told(
        sum('destination', 'users', { callers: { checkout: [3], cart: [1] }, access: { 'cart users known': [1] } }),
        sum('mesh', 'users', { callers: { checkout: [5] }, access: { 'checkout users known': [3, 1, 1] } }),
        sum('source', 'orders', { callers: { checkout: [2] } }),
      ),
    ).toEqual(['orders checkout   2 0 0', 'users checkout users known 3 1 1', 'users cart users known 1 0 0'])
  })

  it('counts as not asked what is left of a caller', () => {
    expect(told(sum('mesh', 'users', { callers: { a: [4, 2] }, access: { 'a users x y': [1, 2] } }))).toEqual([
      'users a   3 0 0',
      'users a users x y 1 2 0',
    ])
  })

  it('keeps a verdict of another record beside', () => {
    expect(told(sum('mesh', 'orders', { callers: { a: [2] }, access: { 'a users known': [0, 2] } }))).toEqual([
      'orders a   2 0 0',
      'orders a users known 0 2 0',
    ])
  })

  it('leaves out names that no record answers for', () => {
    expect(told(sum('mesh', '', { callers: { a: [4] } }))).toEqual([])
  })
})
