import { describe, expect, it } from 'vitest'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../src/core/errors.ts'
import { blameOf, type Outcome, outcomeOf, outcomeOfError } from '../../src/core/outcome.ts'

describe('outcomeOf', () => {
  it.each([
    [200, 'success'],
    [204, 'success'],
    [304, 'success'],
    [400, 'success'],
    [404, 'success'],
    [409, 'success'],
    [428, 'success'],
    [429, 'limited'],
    [499, 'cancelled'],
    [500, 'failure'],
    [501, 'success'],
    [502, 'failure'],
    [503, 'failure'],
    [504, 'failure'],
    [599, 'failure'],
  ] satisfies [number, Outcome][])('of an answer of %i is %s', (status, outcome) => {
    expect(outcomeOf(status, false)).toBe(outcome)
  })

  it.each([
    [200, 'success'],
    [429, 'refused'],
    [503, 'refused'],
  ] satisfies [number, Outcome][])('of an answer of %i that says there is no capacity is %s', (status, outcome) => {
    expect(outcomeOf(status, true)).toBe(outcome)
  })
})

describe('outcomeOfError', () => {
  const BY_CODE: Partial<Record<MeshErrorCode, Outcome>> = {
    body_broken: 'cancelled',
    body_idle: 'cancelled',
    attempt_timed_out: 'timeout',
    deadline_exceeded: 'expired',
    endpoint_unreachable: 'unreachable',
    backend_not_found: 'unreachable',
    credential_failed: 'unreachable',
    function_failed: 'failure',
  }

  it.each(Object.keys(MEANINGS) as MeshErrorCode[])('%s tells of the endpoint only what is known of it', (code) => {
    expect(outcomeOfError(new MeshError(code, 'So it was.'))).toBe(BY_CODE[code] ?? 'unsent')
  })

  it('tells a service without room, of which a transport knows that nothing was done, from a refusal of our own', () => {
    expect(outcomeOfError(new MeshError('overloaded', 'So it was.', { verdict: 'go' }))).toBe('refused')
  })

  it.each([
    ['an abort', new DOMException('This operation was aborted', 'AbortError')],
    ['a time limit', new DOMException('The operation timed out.', 'TimeoutError')],
    ['a word', 'enough'],
  ])('the reason of a caller that left, be it %s, tells nothing against the endpoint', (_, error) => {
    expect(outcomeOfError(error)).toBe('cancelled')
  })
})

describe('blameOf', () => {
  it.each([
    ['success', 'nobody'],
    ['failure', 'endpoint'],
    ['refused', 'endpoint'],
    ['limited', 'caller'],
    ['timeout', 'endpoint'],
    ['expired', 'nobody'],
    ['unreachable', 'endpoint'],
    ['cancelled', 'caller'],
    ['unsent', 'mesh'],
  ] as const)('%s is blamed on: %s', (outcome, blame) => {
    expect(blameOf(outcome)).toBe(blame)
  })
})
