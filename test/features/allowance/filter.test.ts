import { describe, expect, it } from 'vitest'
import { allowance as grant } from '../../../src/core/allowance.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import { lend } from '../../../src/features/allowance/filter.ts'
import { timeoutPolicy } from '../../../src/features/deadline/policy.ts'
import { endpointOf } from '../../../src/targets/schema.ts'
import { failureOf, givenCandidate, givenService } from '../../support/call.ts'
import { connectionLost, withHeaders } from '../../support/upstream.ts'

const request = new Request('http://users/')
const unreachable = () => new MeshError('endpoint_unreachable', 'It did not answer.', { cause: connectionLost() })

/** One attempt with an allowance, to an endpoint that is known to settle what it is lent, not to, or not known. */
function given(granted: number, settles: boolean | undefined, mayRepeat = true, service = givenService()) {
  const allowance = grant(granted)
  const candidate = { ...givenCandidate(), settles }
  const lent: number[] = []
  const attempt = async (answer: () => Response) => {
    const own: { mayRepeat: boolean; retriesUsed?: string | null } = { mayRepeat }
    const call = { allowance, attempt: own, work: cancellation(false), candidate, service }
    return lend(request, call, async (_, gives) => {
      lent.push(gives.lent)
      const response = answer()
      // Noted by `propagate`, which takes the header off.
      own.retriesUsed = response.headers.get('selvedge-retries-used')
      return response
    })
  }
  return { allowance, candidate, lent, attempt }
}

const failing = (error: Error) => () => {
  throw error
}
const saying = (used: number) => withHeaders(200, { 'selvedge-retries-used': String(used) })

describe('lend', () => {
  it('lends all but one retry while the attempt could be repeated here', async () => {
    const { lent, attempt } = given(3, undefined)
    await attempt(saying(0))
    expect(lent).toEqual([2])
  })

  it('lends everything to a binding that is the only endpoint and has all the time: its answer is not lost', async () => {
    const endpoint = endpointOf({ binding: 'USERS' })
    const lentTo = async (service: ReturnType<typeof givenService>) => {
      const allowance = grant(3)
      const candidate = { ...givenCandidate(), endpoint }
      let lent = 0
      const call = { allowance, attempt: { mayRepeat: true }, work: cancellation(false), candidate, service }
      await lend(request, call, async (_, gives) => {
        lent = gives.lent
        return new Response()
      })
      return lent
    }
    expect(await lentTo(givenService(givenCandidate()))).toBe(3)
    expect(await lentTo(givenService(givenCandidate('a'), givenCandidate('b')))).toBe(2)
    const hurried = { ...givenService(givenCandidate()), timeouts: timeoutPolicy({ backendRequest: '1s' }) }
    expect(await lentTo(hurried)).toBe(2)
  })

  it.each([
    [{ lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS' } }, 2],
    [{ lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS', invocation: 'event' as const } }, 0],
    [{ queue: { binding: 'JOBS' } }, 0],
  ])(
    'lends %j as much as it accounts for, and keeps one back where its answer may be lost: %i of 3',
    async (to, most) => {
      const allowance = grant(3)
      const candidate = { ...givenCandidate(), endpoint: endpointOf(to) }
      const service = givenService(givenCandidate())
      let lent: number | undefined
      const call = { allowance, attempt: { mayRepeat: true }, work: cancellation(false), candidate, service }
      await lend(request, call, async (_, gives) => {
        lent = gives.lent
        return new Response()
      })
      expect(lent).toBe(most)
    },
  )

  it('lends everything with the last attempt that may be made here', async () => {
    const { lent, attempt } = given(3, undefined, false)
    await attempt(saying(0))
    expect(lent).toEqual([3])
  })

  it('lends nothing to an endpoint that answers without settling', async () => {
    const { lent, allowance, attempt } = given(3, false)
    await attempt(() => new Response())
    expect(lent).toEqual([0])
    expect(allowance.left).toBe(3)
  })

  it('takes back what was not used', async () => {
    const { allowance, attempt } = given(5, true)
    await attempt(saying(1))
    expect(allowance.left).toBe(4)
    expect(allowance.used).toBe(1)
  })

  it.each(['backend_not_found', 'credential_failed'] as const)(
    'takes all back of %s, which nobody processed',
    async (code) => {
      const { allowance, attempt } = given(3, undefined)
      await failureOf(attempt(failing(new MeshError(code, 'Nobody is there.', { verdict: 'go' }))))
      expect([allowance.used, allowance.left]).toEqual([0, 3])
      await failureOf(attempt(failing(new MeshError(code, 'It was lost.'))))
      expect([allowance.used, allowance.left]).toEqual([2, 1])
    },
  )

  it('charges no more than it lent, whatever an answer says', async () => {
    const { allowance, attempt } = given(3, true)
    await attempt(saying(99))
    expect(allowance.used).toBe(2)
    expect(allowance.left).toBe(1)
  })

  it('takes back everything from an application that retried nothing', async () => {
    const { allowance, candidate, attempt } = given(3, undefined)
    await attempt(() => new Response(null, { status: 404 }))
    expect(allowance.left).toBe(3)
    expect(candidate.settles).toBe(false)
  })

  it('charges what it lent to one who settles, where an answer says nothing: something in front of it spoke', async () => {
    const { allowance, candidate, attempt } = given(3, undefined)
    await attempt(saying(0))
    expect(candidate.settles).toBe(true)
    await attempt(() => new Response(null, { status: 503 }))
    expect(allowance.used).toBe(2)
    // From now on it is lent nothing, until it settles again.
    expect(candidate.settles).toBe(false)
  })

  it('learns that a mesh has come to stand behind an endpoint', async () => {
    const { candidate, attempt } = given(3, false)
    await attempt(saying(0))
    expect(candidate.settles).toBe(true)
  })

  it.each([
    ['is not known', undefined],
    ['is known to settle', true],
  ])('charges all that was lent where no answer came and the endpoint %s', async (_, settles) => {
    const { allowance, attempt } = given(3, settles)
    const error = unreachable()
    expect(await failureOf(attempt(failing(error)))).toBe(error)
    expect(allowance.used).toBe(2)
    // One was kept back, so that the lost answer can be asked for again.
    expect(allowance.left).toBe(1)
  })

  it('charges all that was lent for an attempt that timed out, and for one whose caller left', async () => {
    for (const error of [
      new MeshError('attempt_timed_out', 'Too late.'),
      new MeshError('deadline_exceeded', 'Too late.'),
      new DOMException('Gone.', 'AbortError'),
    ]) {
      const { allowance, attempt } = given(3, true)
      await failureOf(attempt(failing(error)))
      expect(allowance.used).toBe(2)
    }
  })

  it('charges nothing for what was never sent', async () => {
    const { allowance, attempt } = given(3, true)
    await failureOf(attempt(failing(new MeshError('no_endpoint', 'No binding.'))))
    expect(allowance.used).toBe(0)
    expect(allowance.left).toBe(3)
  })

  it('has nothing to lend where the allowance is spent', async () => {
    const { lent, allowance, attempt } = given(0, true)
    await failureOf(attempt(failing(unreachable())))
    expect(lent).toEqual([0])
    expect(allowance.used).toBe(0)
  })
})
