import { describe, expect, it } from 'vitest'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../src/core/errors.ts'
import { classify, classifyError, isAbort, isFault, type Outcome } from '../../src/core/outcome.ts'

describe('classify', () => {
  it.each([
    [200, 'success'],
    [204, 'success'],
    [304, 'success'],
    [400, 'success'],
    [404, 'success'],
    [409, 'success'],
    [428, 'success'],
    [429, 'failure'],
    [499, 'success'],
    [500, 'failure'],
    [501, 'success'],
    [502, 'failure'],
    [503, 'failure'],
    [504, 'failure'],
    [599, 'failure'],
  ] satisfies [number, Outcome][])('an answer of %i is a %s', (status, outcome) => {
    expect(classify(status)).toBe(outcome)
  })
})

describe('classifyError', () => {
  const BY_CODE: Partial<Record<MeshErrorCode, Outcome>> = {
    attempt_timed_out: 'timeout',
    deadline_exceeded: 'expired',
    endpoint_unreachable: 'unreachable',
    backend_not_found: 'unreachable',
    credential_failed: 'unreachable',
    function_failed: 'failure',
  }

  it.each(Object.keys(MEANINGS) as MeshErrorCode[])('%s tells of the endpoint only what is known of it', (code) => {
    expect(classifyError(new MeshError(code, 'So it was.'))).toBe(BY_CODE[code] ?? 'unsent')
  })

  it.each([
    ['an abort', new DOMException('This operation was aborted', 'AbortError')],
    ['a time limit', new DOMException('The operation timed out.', 'TimeoutError')],
    ['a word', 'enough'],
  ])('the reason of a caller that left, be it %s, tells nothing against the endpoint', (_, error) => {
    expect(classifyError(error)).toBe('cancelled')
  })
})

describe('isFault', () => {
  it.each([
    ['success', false],
    ['failure', true],
    ['timeout', true],
    ['expired', false],
    ['unreachable', true],
    ['cancelled', false],
    ['unsent', false],
  ] satisfies [Outcome, boolean][])('of %s is %s', (outcome, expected) => {
    expect(isFault(outcome)).toBe(expected)
  })
})

describe('isAbort', () => {
  it.each([
    [true, new DOMException('', 'AbortError')],
    [true, Object.assign(new Error(), { name: 'AbortError' })],
    [false, new DOMException('', 'TimeoutError')],
    [false, new MeshError('deadline_exceeded', 'Too late.')],
    [false, { name: 'AbortError' }],
    [false, undefined],
  ])('is %s for %s', (expected, error) => {
    expect(isAbort(error)).toBe(expected)
  })
})
