import { expect, it } from 'vitest'
import { timeoutPolicy } from '../../src/policy/timeout.ts'

const NONE = Number.POSITIVE_INFINITY

it.each([
  [{}, { requestMs: 15_000, attemptMs: NONE }],
  [{ request: '10s' }, { requestMs: 10_000, attemptMs: NONE }],
  [
    { request: '10s', backendRequest: '2s' },
    { requestMs: 10_000, attemptMs: 2000 },
  ],
  [{ backendRequest: '2s' }, { requestMs: 15_000, attemptMs: 2000 }],
  [{ request: '0s' }, { requestMs: NONE, attemptMs: NONE }],
  [
    { request: '0h0ms', backendRequest: '0s' },
    { requestMs: NONE, attemptMs: NONE },
  ],
])('timeouts of %j are %j', (written, policy) => {
  expect(timeoutPolicy(written)).toEqual(policy)
})
