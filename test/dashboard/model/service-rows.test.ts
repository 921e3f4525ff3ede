import { describe, expect, it } from 'vitest'
import type { RecordView, StatView } from '../../../src/admin/client.ts'
import { kindOf, matching, serviceRows, sorted } from '../../../src/dashboard/model/service-rows.ts'

const record = (name: string, more: Partial<RecordView> = {}): RecordView => ({
  name,
  record: { endpoints: ['http://127.0.0.1'] },
  revision: 1,
  author: 'alice',
  message: '',
  at: '2026-11-30T00:00:00.000Z',
  origin: 'api',
  state: 'published',
  ...more,
})
const stat = (service: string, success: number, rps = 1): StatView => ({ service, requests: rps * 60, rps, success })

describe('the rows of services', () => {
  it('have what history knows beside what was counted, by name', () => {
    const rows = serviceRows([record('users'), record('quiet')], [stat('users', 1), stat('gone', 0.5)])
    expect(rows.map(({ name, kind, health }) => [name, kind, health])).toEqual([
      ['users', '1 endpoint', 'good'],
      ['quiet', '1 endpoint', 'quiet'],
      ['gone', 'no record', 'bad'],
    ])
  })

  it('say that a service fails where its calls do, or where its record is refused', () => {
    const health = (success: number) => serviceRows([record('users')], [stat('users', success)])[0]?.health
    expect([1, 0.99, 0.989, 0.95, 0.949].map(health)).toEqual(['good', 'good', 'poor', 'poor', 'bad'])
    expect(serviceRows([record('users', { state: 'refused' })])[0]?.health).toBe('bad')
  })

  it('are sorted with what has no value last, and names that nobody knows after all', () => {
    const rows = serviceRows(
      [record('a'), record('b'), record('c')],
      [stat('', 0, 9), stat('b', 1, 1), stat('c', 1, 2)],
    )
    const names = (isDown: boolean) => sorted(rows, 'rps', isDown).map(({ name }) => name)
    expect(names(true)).toEqual(['c', 'b', 'a', ''])
    expect(names(false)).toEqual(['b', 'c', 'a', ''])
  })

  it('are found by all the words that were typed', () => {
    const rows = serviceRows([record('users-eu'), record('users-us', { author: 'bob' }), record('bank')])
    expect(matching(rows, ' USERS bob').map(({ name }) => name)).toEqual(['users-us'])
    expect(matching(rows, '').length).toBe(3)
  })
})

describe('the kind of a record', () => {
  it.each([
    ['https://users.example.com', 'URL'],
    [{ alias: 'users' }, 'alias'],
    [{ rules: [{}, {}], endpoints: ['https://a.example'] }, '2 rules, 1 endpoint'],
    [{ timeouts: {} }, 'policy only'],
  ] as const)('of %j is %s', (written, kind) => {
    expect(kindOf(written)).toBe(kind)
  })
})
