/** What a transport knows of an error is heard as what an endpoint says of an answer. */
import { describe, expect, it } from 'vitest'
import { attempt } from '../../../src/core/attempt.ts'
import { errorEnding } from '../../../src/core/ending.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError, type MeshErrorCode } from '../../../src/core/errors.ts'
import { isRetryable } from '../../../src/core/retryable.ts'

const CODES = new Set([502])
const ended = (code: MeshErrorCode, verdict?: 'stop' | 'go') =>
  errorEnding(attempt(1, null, true), new MeshError(code, 'So it was.', { verdict }), cancellation(false))

describe('an error', () => {
  it.each([
    ['credential_failed', 'go', true],
    ['backend_not_found', 'go', true],
    ['backend_not_found', undefined, false],
    ['endpoint_unreachable', undefined, true],
    ['endpoint_unreachable', 'stop', true],
    ['function_failed', undefined, true],
    ['request_too_large', undefined, false],
    ['object_not_named', undefined, false],
  ] as const)('%s with the verdict %s may be cured by another attempt: %s', (code, verdict, may) => {
    const { pushback } = ended(code, verdict)
    expect(pushback?.verdict).toBe(verdict)
    expect(isRetryable(ended(code, verdict), pushback, CODES)).toBe(may)
  })

  it('of a function is tried again only where the rule tries its status', () => {
    expect(isRetryable(ended('function_failed'), undefined, new Set([503]))).toBe(false)
  })
})
