import { describe, expect, it, vi } from 'vitest'
import type { DispatchTarget } from '../../../src/targets/dispatch/schema.ts'
import { sendToScript } from '../../../src/targets/dispatch/send.ts'
import { givenSent } from '../../support/given.ts'

const request = new Request('http://users/42?x=1')

function given(answer: () => Promise<Response>, limits?: DispatchTarget['limits']) {
  const get = vi.fn(() => ({ fetch: answer }))
  const target: DispatchTarget = { kind: 'dispatch', binding: 'DISPATCH', script: 'users', limits }
  return { get, answer: () => sendToScript({ bindings: { DISPATCH: { get } } }, request, givenSent(), target) }
}

describe('sendToScript', () => {
  it('passes on what one invocation may use', async () => {
    const { get, answer } = given(async () => new Response(), { cpuMs: 10, subRequests: 5 })
    await answer()
    expect(get).toHaveBeenCalledWith('users', {}, { limits: { cpuMs: 10, subRequests: 5 } })
  })

  it('says that there is no such script, which another endpoint may have', async () => {
    const { answer } = given(() => Promise.reject(new Error('Worker not found.')))
    await expect(answer()).rejects.toMatchObject({
      code: 'backend_not_found',
      verdict: 'go',
      message: 'Dispatch namespace "DISPATCH" has no script "users".',
    })
  })

  it('leaves what the script itself threw as it is', async () => {
    const slip = new Error('Its Worker not found my database.')
    await expect(given(() => Promise.reject(slip)).answer()).rejects.toBe(slip)
  })
})
