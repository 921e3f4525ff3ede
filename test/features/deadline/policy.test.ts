import { expect, it } from 'vitest'
import { timeoutPolicy } from '../../../src/features/deadline/policy.ts'

const NONE = Number.POSITIVE_INFINITY

it.each([
  [{}, { requestMs: 15_000, attemptMs: NONE, bodyIdleMs: 10_000 }],
  [{ request: '10s' }, { requestMs: 10_000, attemptMs: NONE, bodyIdleMs: 10_000 }],
  [
    { request: '10s', backendRequest: '2s' },
    { requestMs: 10_000, attemptMs: 2000, bodyIdleMs: 10_000 },
  ],
  [{ backendRequest: '2s' }, { requestMs: 15_000, attemptMs: 2000, bodyIdleMs: 10_000 }],
  [{ request: '0s' }, { requestMs: NONE, attemptMs: NONE, bodyIdleMs: 10_000 }],
  [{ bodyIdle: '2s' }, { requestMs: 15_000, attemptMs: NONE, bodyIdleMs: 2000 }],
  [{ bodyIdle: '0s' }, { requestMs: 15_000, attemptMs: NONE, bodyIdleMs: NONE }],
  [
    { request: '0h0ms', backendRequest: '0s' },
    { requestMs: NONE, attemptMs: NONE, bodyIdleMs: 10_000 },
  ],
])('timeouts of %j are %j', (written, policy) => {
  expect(timeoutPolicy(written)).toEqual(policy)
})
