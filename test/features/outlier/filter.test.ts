import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../../src/core/deadline.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { OutlierDetector, Verdict } from '../../../src/features/outlier/detector.ts'
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
    record: (endpoint, verdict, sentAt, now) => {
      expect(endpoint).toBe(candidate)
      told.push([verdict, sentAt, now])
    },
  }
  const deadline = deadlineIn(15_000, clock)
  const context = givenCall({ clock, work, candidate, deadline, service: { detector } })
  return { clock, work, sent, told, attempt: (go: () => Promise<Response>) => detect(request, context, go) }
}

describe('detect', () => {
  it.each([
    [200, {}, 'success'],
    [302, {}, 'success'],
    [404, {}, 'success'],
    [501, {}, 'success'],
    [500, {}, 'fault'],
    [502, {}, 'fault'],
    [503, {}, 'fault'],
    [503, { 'retry-after': 'soon' }, 'nothing'],
    [429, {}, 'nothing'],
    [429, { 'retry-after': '5' }, 'nothing'],
    [503, { 'retry-after': '0' }, 'nothing'],
    [503, { 'retry-after': '30' }, 'nothing'],
    [500, { 'grpc-retry-pushback-ms': '100' }, 'nothing'],
    [503, { 'finagle-http-nack': 'true' }, 'nothing'],
    [503, { 'finagle-http-nonretryable-nack': 'true' }, 'nothing'],
    [503, { 'x-envoy-overloaded': 'true' }, 'nothing'],
    [504, { 'selvedge-retryable': 'false' }, 'nothing'],
    [503, { 'l5d-retryable': 'true' }, 'nothing'],
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
})
