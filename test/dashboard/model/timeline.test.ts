import { describe, expect, it } from 'vitest'
import type { RevisionView } from '../../../src/admin/client.ts'
import { marksOf, timeline } from '../../../src/dashboard/model/timeline.ts'

const NOW = Date.parse('2026-11-30T12:00:05.000Z')
const point = (at: string, requests: number, p50Ms: number | null = 5) => ({
  at,
  requests,
  failures: 1,
  retries: 2,
  p50Ms,
  p95Ms: 20,
  p99Ms: 90,
})

describe('a timeline', () => {
  it('has a value for each step, a second; none is a call, and no latency', () => {
    const told = timeline({ stepMs: 10_000, points: [point('2026-11-30T11:59:50.000Z', 40)] }, 30_000, NOW)
    expect(told.at.map((at) => new Date(at * 1_000).toISOString().slice(17, 19))).toEqual(['30', '40', '50', '00'])
    expect(told.requests).toEqual([0, 0, 4, 0])
    expect([told.failures[2], told.retries[2]]).toEqual([0.1, 0.2])
    expect(told.p50).toEqual([null, null, 5, null])
  })

  it('has as many steps as its window, whatever was told', () => {
    const told = timeline({ stepMs: 10_000, points: [] }, 900_000, NOW)
    expect([told.at.length, told.requests.length, told.p99.length]).toEqual([91, 91, 91])
  })
})

describe('the marks of changes', () => {
  it('are those within the window', () => {
    const change = (revision: number, at: string): RevisionView => ({
      name: 'users',
      record: 'https://a.example',
      revision,
      author: null,
      message: '',
      at,
      origin: 'api',
    })
    const changes = [change(3, '2026-11-30T11:59:59.000Z'), change(2, '2026-11-30T11:00:00.000Z')]
    expect(marksOf(changes, 60_000, NOW)).toEqual([{ at: NOW / 1_000 - 6, label: 'r3' }])
  })
})
