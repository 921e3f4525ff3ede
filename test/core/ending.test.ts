import { describe, expect, it } from 'vitest'
import { attempt } from '../../src/core/attempt.ts'
import { errorEnding } from '../../src/core/ending.ts'
import { cancellation, cancelOn } from '../../src/core/engine/cancellation.ts'
import { MeshError } from '../../src/core/errors.ts'

const unreachable = new MeshError('endpoint_unreachable', 'So it was.')

describe('errorEnding', () => {
  it('is read once, and kept with the attempt', () => {
    const one = attempt(1, null, true)
    const ending = errorEnding(one, unreachable, cancellation(false))
    expect(ending).toMatchObject({ outcome: 'unreachable', blame: 'endpoint', error: unreachable })
    expect(errorEnding(one, unreachable, cancellation(false))).toBe(ending)
    expect(one.ending).toBe(ending)
  })

  it('is of the error that went up, not of one before it', () => {
    const one = attempt(1, null, true)
    errorEnding(one, unreachable, cancellation(false))
    const later = new MeshError('attempt_timed_out', 'So it was.')
    expect(errorEnding(one, later, cancellation(false))).toMatchObject({ outcome: 'timeout', error: later })
  })

  it('blames the caller for whatever it leaves with, be it a MeshError of another call', () => {
    const caller = new AbortController()
    const work = cancellation(false)
    cancelOn(work, [caller.signal])
    caller.abort(unreachable)
    expect(errorEnding(attempt(1, null, true), unreachable, work)).toMatchObject({
      outcome: 'cancelled',
      blame: 'caller',
    })
  })

  it('blames the endpoint for the same error where the caller is still there', () => {
    const work = cancellation(false)
    work.cancel(unreachable)
    expect(errorEnding(attempt(1, null, true), unreachable, work)).toMatchObject({
      outcome: 'unreachable',
      blame: 'endpoint',
    })
  })

  it('blames nobody for an attempt that the mesh has called off, since the other has answered', () => {
    const work = cancellation(true)
    const lost = new DOMException('Another attempt has answered.', 'AbortError')
    work.cancel(lost)
    expect(errorEnding(attempt(1, null, true), lost, work)).toMatchObject({ outcome: 'cancelled', blame: 'nobody' })
  })

  it.each(['body_broken', 'body_idle'] as const)('blames the caller for %s', (code) => {
    const error = new MeshError(code, 'So it was.')
    const ending = errorEnding(attempt(1, null, true), error, cancellation(false))
    expect(ending).toMatchObject({ outcome: 'cancelled', blame: 'caller' })
  })

  it('blames nobody for a connection that broke where nobody can tell which side did it, and says that alone of it', () => {
    for (const [isUntold, error, outcome, blame] of [
      [true, unreachable, 'cancelled', 'nobody'],
      [false, unreachable, 'unreachable', 'endpoint'],
      [true, new MeshError('attempt_timed_out', 'So it was.'), 'timeout', 'endpoint'],
      [true, new MeshError('credential_failed', 'So it was.'), 'unreachable', 'endpoint'],
    ] as const) {
      const ended = { upload: { isUntold: () => isUntold, isFull: () => true } }
      expect(errorEnding(ended, error, cancellation(false))).toMatchObject({ outcome, blame, error })
    }
  })

  it('says of sending again what the transport knows', () => {
    const error = new MeshError('credential_failed', 'So it was.', { verdict: 'go' })
    expect(errorEnding(attempt(1, null, true), error, cancellation(false)).pushback).toEqual({
      verdict: 'go',
      waitMs: undefined,
    })
  })
})
