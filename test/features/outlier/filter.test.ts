import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../../src/core/deadline.ts'
import type { Verdict } from '../../../src/core/effects.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import { attemptNote, receipt } from '../../../src/core/receipt.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { OutlierDetector } from '../../../src/features/outlier/detector.ts'
import { detect } from '../../../src/features/outlier/filter.ts'
import { failureOf, givenCall, givenCandidate } from '../../support/call.ts'

const request = new Request('http://users/')

/** One attempt, and a detector that keeps what it is told. */
function given({ isOn = true, isProbe = false } = {}) {
  const clock = virtualClock()
  const work = cancellation(false)
  const candidate = givenCandidate()
  const sent: number[][] = []
  const told: [Verdict, number, number][] = []
  /** What was asked for and by whom, and what the service hears. */
  const besides: [readonly number[] | undefined, Verdict | undefined][] = []
  const detector: OutlierDetector = {
    isOn,
    isPanicking: false,
    admits: () => true,
    watch: () => {},
    available: (endpoints) => endpoints,
    send: (_, now, until) => {
      sent.push([now, until])
      return isProbe
    },
    record: (endpoint, verdict, sentAt, now, source, ofService) => {
      expect(endpoint).toBe(candidate)
      told.push([verdict, sentAt, now])
      besides.push([source, ofService])
    },
  }
  const deadline = deadlineIn(15_000, clock)
  const call = { clock, work, candidate, deadline, service: { detector }, receipt: receipt(), caller: undefined }
  const attempt = (go: () => Promise<Response>, asked: Request = request, over = {}) =>
    detect(asked, givenCall({ ...call, ...over }), go)
  return { clock, work, sent, told, besides, notes: call.receipt.attempts, attempt }
}

describe('detect', () => {
  it.each([
    [200, {}, 'success'],
    [302, {}, 'success'],
    [404, {}, 'success'],
    [501, {}, 'success'],
    [500, {}, 'doubt'],
    [502, {}, 'fault'],
    [503, {}, 'fault'],
    [504, {}, 'fault'],
    [505, {}, 'doubt'],
    [511, {}, 'doubt'],
    [520, {}, 'fault'],
    [522, {}, 'fault'],
    [530, {}, 'fault'],
    [599, {}, 'doubt'],
    [499, {}, 'nothing'],
    [429, { 'selvedge-error': 'overloaded' }, 'refusal'],
    [504, { 'selvedge-error': 'deadline_exceeded' }, 'nothing'],
    [504, { 'selvedge-error': 'deadline_insufficient', 'selvedge-retryable': 'false' }, 'nothing'],
    [504, { 'selvedge-error': 'attempt_timed_out' }, 'fault'],
    [508, { 'selvedge-error': 'loop_detected', 'selvedge-retryable': 'false' }, 'nothing'],
    [503, { 'retry-after': 'soon' }, 'refusal'],
    [429, {}, 'nothing'],
    [429, { 'retry-after': '5' }, 'nothing'],
    [503, { 'retry-after': '0' }, 'refusal'],
    [503, { 'retry-after': '30' }, 'refusal'],
    [500, { 'grpc-retry-pushback-ms': '100' }, 'refusal'],
    [503, { 'finagle-http-nack': 'true' }, 'refusal'],
    [503, { 'finagle-http-nonretryable-nack': 'true' }, 'refusal'],
    [503, { 'x-envoy-overloaded': 'true' }, 'refusal'],
    [504, { 'selvedge-retryable': 'false' }, 'refusal'],
    [503, { 'l5d-retryable': 'true' }, 'refusal'],
    [200, { 'retry-after': '30' }, 'success'],
  ] as const)('hears in a %i with %j: %s', async (status, headers, verdict) => {
    const { clock, attempt, told } = given()
    const response = new Response(null, { status, headers })
    const answer = await attempt(async () => {
      await clock.advance(7)
      return response
    })
    expect(answer).toBe(response)
    expect(told).toEqual([[verdict, 1_000_000, 1_000_007]])
  })

  it.each([
    [new MeshError('endpoint_unreachable', '…'), 'fault'],
    [new MeshError('attempt_timed_out', '…'), 'fault'],
    [new MeshError('function_failed', '…'), 'doubt'],
    [new MeshError('credential_failed', '…'), 'fault'],
    [new MeshError('credential_failed', '…', { verdict: 'go' }), 'refusal'],
    [new MeshError('endpoint_unreachable', '…', { verdict: 'stop' }), 'refusal'],
    [new MeshError('overloaded', '…', { verdict: 'go' }), 'refusal'],
    [new MeshError('overloaded', '…'), 'nothing'],
    [new MeshError('deadline_exceeded', '…'), 'nothing'],
    [new MeshError('deadline_insufficient', '…'), 'nothing'],
    [new MeshError('internal', '…'), 'nothing'],
    [new DOMException('…', 'AbortError'), 'nothing'],
  ] as const)('hears in what is thrown, %s: %s', async (error, verdict) => {
    const { attempt, told } = given()
    expect(await failureOf(attempt(() => Promise.reject(error)))).toBe(error)
    expect(told.map(([said]) => said)).toEqual([verdict])
  })

  it('says when it is sent, and until when it is waited for', async () => {
    const { attempt, sent } = given()
    await attempt(async () => new Response())
    expect(sent).toEqual([[1_000_000, 1_015_000]])
  })

  it('gives the probe of a caller that leaves back at once, though nothing of the handler is run any more', async () => {
    const { clock, attempt, told, work } = given({ isProbe: true })
    void attempt(() => new Promise(() => {}))
    await clock.advance(20)
    work.cancel(new DOMException('The client has gone.', 'AbortError'))
    expect(told).toEqual([['nothing', 1_000_000, 1_000_020]])
  })

  it('has nothing to give back where it is no probe', async () => {
    const { attempt, told, work } = given()
    void attempt(() => new Promise(() => {}))
    work.cancel(new DOMException('The client has gone.', 'AbortError'))
    expect(told).toEqual([])
  })

  it('stands aside where nobody may be ejected', async () => {
    const { attempt, sent, told } = given({ isOn: false })
    const answer = new Response(null, { status: 503 })
    expect(await attempt(() => Promise.resolve(answer))).toBe(answer)
    expect([sent, told]).toEqual([[], []])
  })

  it.each([
    ['another endpoint', 'https://us.example.com', 'failure', 'fault', 'nothing'],
    ['another endpoint, which turned it away', 'https://us.example.com', 'refused', 'fault', 'nothing'],
    ['this endpoint', 'https://eu.example.com', 'timeout', 'nothing', 'nothing'],
    ['this endpoint, which served it', 'https://eu.example.com', 'success', 'fault', 'fault'],
    ['this endpoint, which found the caller asking too much', 'https://eu.example.com', 'limited', 'fault', 'fault'],
  ] as const)(
    'counts a call once for each endpoint and once for the service, after an attempt at %s',
    async (_, endpoint, outcome, verdict, ofService) => {
      const { attempt, told, besides, notes } = given()
      notes.push({ ...attemptNote(1, endpoint, 0), outcome }, attemptNote(2, 'https://eu.example.com', 0))
      await attempt(async () => new Response(null, { status: 503 }))
      expect([told[0]?.[0], besides[0]?.[1]]).toEqual([verdict, ofService])
    },
  )

  it('does not count the first attempt at one that sleeps, nor takes a later one for its second', async () => {
    const { attempt, told, notes } = given()
    notes.push({ ...attemptNote(1, 'https://eu.example.com', 0), outcome: 'timeout', isCold: true })
    await attempt(async () => new Response(null, { status: 503 }), request, { isCold: true })
    await attempt(async () => new Response(null, { status: 503 }))
    expect(told.map(([verdict]) => verdict)).toEqual(['nothing', 'fault'])
  })
})

describe('what was asked for, and by whom', () => {
  const asked = (address: string | undefined) =>
    new Request('http://users/', address === undefined ? {} : { headers: { 'cf-connecting-ip': address } })
  const sourceOf = async (over: { path?: string; rule?: string; caller?: string; address?: string }) => {
    const { attempt, besides, notes } = given()
    const { address, rule, ...call } = over
    const told = { ...receipt(), attempts: notes, rule }
    await attempt(async () => new Response(null, { status: 500 }), asked(address), { ...call, receipt: told })
    return besides[0]?.[0] ?? []
  }

  it('is the rule and the first segment of the path, without the query', async () => {
    const one = await sourceOf({ path: '/users/1?x=1' })
    const same = [{ path: '/users/2?x=2' }, { path: '/users' }, { path: '/users', caller: 'web' }]
    for (const call of same) expect(await sourceOf(call), JSON.stringify(call)).toEqual(one)
    const others = [{ path: '/orders/1' }, { path: '/' }, { path: '/users', rule: 'v2' }]
    for (const call of others) expect(await sourceOf(call), JSON.stringify(call)).not.toEqual(one)
    expect(await sourceOf({ path: '//users' })).not.toEqual(await sourceOf({ path: '//orders' }))
  })

  it('is of a stranger its address, too', async () => {
    const [what, who] = await sourceOf({ path: '/a', address: '203.0.113.7' })
    expect((await sourceOf({ path: '/b', address: '203.0.113.7' }))[1]).toBe(who)
    const other = await sourceOf({ path: '/a', address: '203.0.113.8' })
    expect(other[0]).toBe(what)
    expect(other[1]).not.toBe(who)
  })

  it('is of a stranger with IPv6 its network of 64 bits', async () => {
    const [, who] = await sourceOf({ address: '2001:db8:1:2:a:b:c:d' })
    expect((await sourceOf({ address: '2001:db8:1:2:e:f:1:2' }))[1]).toBe(who)
    expect((await sourceOf({ address: '2001:db8:1:3:a:b:c:d' }))[1]).not.toBe(who)
  })

  it('is of a caller that is known no address, which it may pass on', async () => {
    expect(await sourceOf({ caller: 'web', address: '203.0.113.7' })).toHaveLength(1)
  })
})
