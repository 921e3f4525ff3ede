import { describe, expect, it } from 'vitest'
import type { TapLine } from '../../../src/admin/client.ts'
import { isBad, MOST_SHOWN, NOTHING_TAPPED, withLines } from '../../../src/dashboard/model/tapped.ts'

function call(path: string, over: object = {}): TapLine {
  return {
    kind: 'call',
    at: '2026-11-01T00:00:00.000Z',
    service: 'users',
    method: 'GET',
    path,
    status: 200,
    outcome: 'success',
    tookMs: 1,
    attempts: [],
    isolate: 'a',
    ...over,
  }
}

describe('tapped calls', () => {
  it('stand with the newest first', () => {
    const tapped = withLines(withLines(NOTHING_TAPPED, [call('/1'), call('/2')]), [call('/3')])
    expect(tapped.calls.map(({ path, number }) => [path, number])).toEqual([
      ['/3', 3],
      ['/2', 2],
      ['/1', 1],
    ])
  })

  it('are so many and no more, and all are counted', () => {
    const tapped = withLines(
      NOTHING_TAPPED,
      Array.from({ length: 3 * MOST_SHOWN }, (_, at) => call(`/${at}`)),
    )
    expect([tapped.calls.length, tapped.seen]).toEqual([MOST_SHOWN, 3 * MOST_SHOWN])
    expect(tapped.calls[0]?.path).toBe(`/${3 * MOST_SHOWN - 1}`)
  })

  it('have beside them what had no room, and why nothing more will come', () => {
    const begun: TapLine = { kind: 'begun', until: '2026-11-01T00:10:00.000Z', most: 20 }
    const first = withLines(NOTHING_TAPPED, [begun, { kind: 'left-out', calls: 2 }, { kind: 'waiting' }])
    expect(first).toEqual({ calls: [], seen: 0, leftOut: 2 })
    expect(
      withLines(first, [
        { kind: 'left-out', calls: 3 },
        { kind: 'over', reason: 'lost' },
      ]),
    ).toEqual({
      calls: [],
      seen: 0,
      leftOut: 5,
      over: 'lost',
    })
  })

  it.each([
    [{ status: 200, outcome: 'success' }, false],
    [{ status: 404, outcome: 'success' }, false],
    [{ status: 503, outcome: 'failure' }, true],
    [{ status: 429, outcome: 'rejected', error: 'rate_limited' }, true],
    [{ status: undefined, outcome: 'cancelled' }, false],
    [{ status: undefined, outcome: 'timeout' }, true],
  ] as const)('ended badly or not: %j', (ended, isItBad) => {
    expect(isBad({ error: undefined, ...ended })).toBe(isItBad)
  })
})
