import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attemptNote, receipt } from '../../../src/core/receipt.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { TapFilter, TapOrder } from '../../../src/telemetry/tap/tap.ts'
import { shownPath, type TapSight, tapping } from '../../../src/telemetry/tap/tapping.ts'

function sight(over: Partial<TapSight> = {}): TapSight {
  return {
    calledAt: 1,
    service: 'users',
    caller: 'checkout',
    method: 'GET',
    path: '/v1/users',
    status: 200,
    outcome: 'success',
    error: undefined,
    tookMs: 7,
    traceId: 'a'.repeat(32),
    receipt: receipt(),
    ...over,
  }
}

const order = (over: Partial<TapOrder> = {}): TapOrder => ({ id: 'one', filter: {}, forMs: 60_000, most: 20, ...over })

function given() {
  const clock = virtualClock({ startAt: 1_760_000_000_000 })
  return { clock, tapped: tapping(clock) }
}

const callsOf = (tapped: ReturnType<typeof tapping>) => tapped.take()?.flatMap(({ calls }) => calls) ?? []

describe('tapping', () => {
  it('notes nothing where nobody looks, and what is looked at once where somebody does', () => {
    const { tapped } = given()
    expect(tapped.isOn).toBe(false)
    tapped.see(sight())
    expect(tapped.take()).toBeUndefined()
    tapped.obey([order()])
    expect(tapped.isOn).toBe(true)
    const noted = receipt()
    noted.rule = 'all'
    noted.attempts = [
      { ...attemptNote(1, 'eu', 0), outcome: 'failure', tookMs: 4, reason: 'what the endpoint said' },
      attemptNote(2, 'us', 0),
    ]
    tapped.see(sight({ path: '/v1/users/42?mail=a@b.example', receipt: noted }))
    expect(tapped.take()).toEqual([
      {
        id: 'one',
        leftOut: 0,
        calls: [
          {
            at: 1,
            service: 'users',
            caller: 'checkout',
            method: 'GET',
            path: '/v1/users/{number}',
            status: 200,
            outcome: 'success',
            error: undefined,
            tookMs: 7,
            attempts: [
              { endpoint: 'eu', outcome: 'failure', tookMs: 4 },
              { endpoint: 'us', outcome: undefined, tookMs: 0 },
            ],
            rule: 'all',
            traceId: 'a'.repeat(32),
          },
        ],
      },
    ])
    expect(tapped.take()).toBeUndefined()
  })

  it.each<[TapFilter, Partial<TapSight>, boolean]>([
    [{ service: 'users' }, {}, true],
    [{ service: 'user' }, {}, false],
    [{ method: 'GET' }, {}, true],
    [{ method: 'POST' }, {}, false],
    [{ caller: 'checkout' }, {}, true],
    [{ caller: 'checkout' }, { caller: undefined }, false],
    [{ status: [500, 599] }, { status: 503 }, true],
    [{ status: [500, 599] }, { status: 499 }, false],
    [{ status: [500, 599] }, { status: undefined }, false],
    [{ path: '/v1' }, {}, true],
    [{ path: '/v1/users' }, {}, true],
    [{ path: '/v1/user' }, {}, false],
    [{ path: '/' }, {}, true],
    [{ path: '/v1/users/{number}' }, { path: '/v1/users/42/orders' }, true],
    [{ path: '/v1/users/42' }, { path: '/v1/users/42/orders' }, false],
    [{ prefixes: ['orders', 'us'] }, {}, true],
    [{ prefixes: ['orders'] }, {}, false],
    [{ prefixes: ['orders'] }, { service: '' }, false],
    [{ service: 'users', method: 'GET', status: [200, 200], caller: 'checkout', path: '/v1' }, {}, true],
    [{ service: 'users', method: 'GET', status: [200, 200], caller: 'checkout', path: '/v2' }, {}, false],
  ])('by the filter %j sees a call with %j: %s', (filter, over, isSeen) => {
    const { tapped } = given()
    tapped.obey([order({ filter })])
    tapped.see(sight(over))
    expect(callsOf(tapped).length).toBe(isSeen ? 1 : 0)
  })

  it('notes as many a second as it may, and counts the others', async () => {
    const { clock, tapped } = given()
    tapped.obey([order({ most: 3 }), order({ id: 'posts', filter: { method: 'POST' } })])
    for (let second = 0; second < 2; second++) {
      for (let call = 0; call < 10; call++) tapped.see(sight())
      await clock.advance(1_000)
    }
    tapped.see(sight({ method: 'POST' }))
    const [all, posts] = tapped.take() ?? []
    expect([all?.calls.length, all?.leftOut]).toEqual([7, 14])
    expect([posts?.calls.length, posts?.leftOut]).toEqual([1, 0])
  })

  it('holds no more than a digest may have, however long none is taken', async () => {
    const { clock, tapped } = given()
    tapped.obey([order({ forMs: 600_000 })])
    for (let second = 0; second < 60; second++) {
      for (let call = 0; call < 20; call++) tapped.see(sight())
      await clock.advance(1_000)
    }
    const [told] = tapped.take() ?? []
    expect([told?.calls.length, told?.leftOut]).toEqual([200, 1_000])
  })

  it('takes four taps at most', () => {
    const { tapped } = given()
    tapped.obey(Array.from({ length: 9 }, (_, index) => order({ id: `${index}` })))
    tapped.see(sight())
    expect(tapped.take()?.map(({ id }) => id)).toEqual(['0', '1', '2', '3'])
  })

  it('goes on with a tap that it is told of again, and drops one that it is not', () => {
    const { tapped } = given()
    tapped.obey([order({ id: 'stays' }), order({ id: 'goes' })])
    tapped.see(sight())
    tapped.obey([order({ id: 'stays' })])
    tapped.see(sight())
    expect(tapped.take()?.map(({ id, calls }) => [id, calls.length])).toEqual([['stays', 2]])
    tapped.obey([])
    expect(tapped.isOn).toBe(false)
  })

  it('is over by itself when nobody says so, and leaves nothing', async () => {
    const { clock, tapped } = given()
    tapped.obey([order({ forMs: 5_000 })])
    tapped.see(sight())
    await clock.advance(5_000)
    tapped.see(sight())
    expect(tapped.isOn).toBe(false)
    expect(tapped.take()).toBeUndefined()
  })

  it('tells what was noted last when the tap ends before the digest, and leaves nothing', async () => {
    const { clock, tapped } = given()
    tapped.obey([order({ forMs: 5_000 })])
    tapped.see(sight())
    await clock.advance(6_000)
    expect(callsOf(tapped).length).toBe(1)
    expect(tapped.isOn).toBe(false)
  })
})

describe('shownPath', () => {
  it('has no value of the query, and nothing that looks like an id, whatever the path', () => {
    const id = fc.oneof(
      fc.uuid(),
      fc.integer({ min: 1_000_000 }).map(String),
      fc.stringMatching(/^[a-z]{3,8}@[a-z]{3,8}\.example$/),
      fc.stringMatching(/^[a-z]{3,8}%40[a-z]{3,8}\.example$/),
      fc.stringMatching(/^[A-Za-z0-9_-]{24,40}\d$/),
      fc.stringMatching(/^[A-Za-z]{40,60}$/),
    )
    const word = fc.constantFrom('users', 'v1', 'orders', '..', '.', '%2e%2e', '', 'a'.repeat(30))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(id, word), { maxLength: 30 }),
        fc.array(id),
        fc.array(id),
        (segments, keys, ids) => {
          const query = ids.map((value, index) => `${keys[index] ?? 'key'}=${value}`).join('&')
          const shown = shownPath(`/${segments.join('/')}?${query}`)
          expect(shown.startsWith('/') && shown.length <= 1_024).toBe(true)
          expect(shown).not.toMatch(/[?=@]|%40/)
          const hidden = [...segments.filter((one) => /\d{7}|@|%40|.{31}/.test(one)), ...keys, ...ids]
          for (const one of hidden) expect(shown.split('/')).not.toContain(one)
          for (const one of shown.split('/')) expect(one).toMatch(/^(?:|users|v1|orders|a{30}|\.|\{\w+\})$/)
        },
      ),
    )
  })
})
