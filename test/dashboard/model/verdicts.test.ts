import { describe, expect, it } from 'vitest'
import type { AuthzCallView } from '../../../src/admin/client.ts'
import { totalsOf, verdictRows, verdictsAmong } from '../../../src/dashboard/model/verdicts.ts'

const call = (more: Partial<AuthzCallView>): AuthzCallView => ({
  service: 'users',
  caller: 'checkout',
  record: 'users',
  rule: 'known',
  allowed: 0,
  denied: 0,
  wouldDeny: 0,
  ...more,
})

const ROWS = verdictRows([
  call({ allowed: 50 }),
  call({ rule: 'no admin', denied: 2, wouldDeny: 3 }),
  call({ caller: 'reports', rule: 'default', wouldDeny: 7 }),
  call({ service: 'orders', rule: 'known', record: 'users', allowed: 4 }),
  call({ service: 'orders', caller: '', rule: null, record: null, allowed: 9 }),
])

describe('verdictRows', () => {
  it('has what was denied first, then what would be, and the busiest of each first', () => {
    expect(ROWS.map(({ verdict, caller, service, requests }) => [verdict, caller, service, requests])).toEqual([
      ['denied', 'checkout', 'users', 2],
      ['would-deny', 'reports', 'users', 7],
      ['would-deny', 'checkout', 'users', 3],
      ['allowed', 'checkout', 'users', 50],
      ['allowed', 'checkout', 'orders', 4],
      ['unasked', '', 'orders', 9],
    ])
  })

  it('says whose rule it was, where that is another record', () => {
    expect(ROWS[4]).toMatchObject({ by: 'users', rule: 'known' })
    expect(ROWS[3]).toMatchObject({ by: undefined, rule: 'known' })
    expect(ROWS[5]).toMatchObject({ by: undefined, rule: undefined })
  })
})

describe('totalsOf', () => {
  it('adds up requests by what came of them', () => {
    expect(totalsOf(ROWS)).toEqual({ denied: 2, 'would-deny': 10, allowed: 54, unasked: 9 })
  })
})

describe('verdictsAmong', () => {
  it('finds by words of caller, service and rule, and by what came of it', () => {
    expect(verdictsAmong(ROWS, undefined, 'Orders')).toHaveLength(2)
    expect(verdictsAmong(ROWS, undefined, 'check admin')).toHaveLength(2)
    expect(verdictsAmong(ROWS, 'denied', '')).toHaveLength(1)
    expect(verdictsAmong(ROWS, 'denied', 'reports')).toEqual([])
  })
})
