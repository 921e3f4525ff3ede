import { describe, expect, it } from 'vitest'
import { attempt } from '../../../src/core/attempt.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { answerEnding, outcomeIn, pushbackOf } from '../../../src/wire/answer/ending.ts'

const clock = virtualClock()
const failed = (status: number, code: string) => new Response(null, { status, headers: { 'selvedge-error': code } })

describe('answerEnding', () => {
  it('is read once, and kept with the attempt', () => {
    const one = attempt(1, null, true)
    const response = new Response(null, { status: 503 })
    const ending = answerEnding(one, response, new Headers(), clock)
    expect(ending).toMatchObject({ outcome: 'failure', blame: 'endpoint', status: 503, response })
    expect(answerEnding(one, response, new Headers(), clock)).toBe(ending)
    expect(answerEnding(one, new Response(), new Headers(), clock)).toMatchObject({ outcome: 'success' })
  })

  it.each(['deadline_exceeded', 'deadline_insufficient'])(
    'takes %s of a mesh beneath for the caller’s deadline, unless the record gave the attempt less than that',
    (code) => {
      const response = failed(504, code)
      expect(answerEnding(attempt(1, null, true), response, new Headers(), clock)).toMatchObject({
        outcome: 'expired',
        blame: 'nobody',
      })
      const bounded = { ...attempt(1, null, true), isBounded: true }
      expect(answerEnding(bounded, response, new Headers(), clock)).toMatchObject({
        outcome: 'timeout',
        blame: 'endpoint',
      })
    },
  )

  it('blames nobody for a loop that a mesh beneath has found, however little time there was', () => {
    const bounded = { ...attempt(1, null, true), isBounded: true }
    expect(answerEnding(bounded, failed(508, 'loop_detected'), new Headers(), clock).blame).toBe('nobody')
  })

  it('blames the endpoint for every other error of a mesh beneath that is its own', () => {
    for (const code of ['endpoint_unreachable', 'no_endpoint', 'attempt_timed_out', 'internal'])
      expect(outcomeIn(failed(503, code), 503), code).toBe('failure')
    expect(outcomeIn(failed(503, 'overloaded'), 503)).toBe('refused')
  })
})

describe('pushbackOf', () => {
  it('is read of a success only when somebody asks', () => {
    const response = new Response(null, { status: 409, headers: { 'retry-after': '2' } })
    const ending = answerEnding(attempt(1, null, true), response, new Headers(), clock)
    expect(ending.pushback).toBeUndefined()
    expect(pushbackOf(ending, clock)).toEqual({ verdict: undefined, waitMs: 2000 })
  })
})
