import { afterEach, describe, expect, it, vi } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { type Receipt, receipt } from '../../src/core/receipt.ts'
import { rescue } from '../../src/filters/rescue.ts'
import { givenTrace } from '../support/call.ts'

const trace = givenTrace()

function rescued(error: unknown, request = new Request('http://users/'), over: Partial<Receipt> = {}) {
  const context = {
    receipt: { ...receipt(), service: 'users', revision: '7', ...over },
    trace,
    caller: 'front' as string | undefined,
  }
  return rescue(request, context, () => Promise.reject(error))
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('rescue', () => {
  it('passes an answer on as it is', async () => {
    const response = new Response('no', { status: 503 })
    expect(
      await rescue(
        new Request('http://users/'),
        { receipt: receipt(), trace, caller: undefined },
        async () => response,
      ),
    ).toBe(response)
  })

  it('makes a problem of a mesh error that says what, where and in which trace', async () => {
    const response = await rescued(new MeshError('no_endpoint', 'Nothing can be reached.'))
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('selvedge-error')).toBe('no_endpoint')
    expect(response.headers.get('proxy-status')).toBe(
      'selvedge; error=destination_unavailable; details="Nothing can be reached."',
    )
    expect(await response.json()).toMatchObject({
      type: 'urn:selvedge:problem:no_endpoint',
      status: 503,
      detail: 'Nothing can be reached.',
      code: 'no_endpoint',
      service: 'users',
      caller: 'front',
      revision: '7',
      traceId: trace.traceId,
    })
  })

  it.each([
    ['attempt_timed_out', 'budget', ' It was not tried again: the retry budget is empty.'],
    ['attempt_timed_out', 'attempts', ''],
    ['deadline_exceeded', 'deadline', ''],
  ] as const)('says of a %s what the mesh was short of to try again: %s', async (code, retryRefused, more) => {
    const response = await rescued(new MeshError(code, 'Too slow.'), undefined, { retryRefused })
    expect(response.headers.get('proxy-status')).toContain(`; details="Too slow.${more}"`)
    expect(await response.json()).toMatchObject({ detail: `Too slow.${more}` })
  })

  it('names the caller only beside a service that it called', async () => {
    const told = async (error: MeshError) => {
      const context = { receipt: receipt(), trace, caller: 'front' }
      const response = await rescue(new Request('http://users/'), context, () => Promise.reject(error))
      const { service, caller } = (await response.json()) as { service?: string; caller?: string }
      return [service, caller]
    }
    expect(await told(new MeshError('service_not_named', 'Nothing is named.'))).toEqual([undefined, 'front'])
    // A handler called it, not whoever called the handler.
    const own = new MeshError('service_not_found', 'No service is called "bank".', { service: 'bank' })
    expect(await told(own)).toEqual(['bank', undefined])
  })

  it('answers a HEAD without a body', async () => {
    const response = await rescued(new MeshError('no_endpoint', '…'), new Request('http://users/', { method: 'HEAD' }))
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('')
  })

  it('answers gRPC in its own words', async () => {
    const headers = { 'content-type': 'application/grpc+proto' }
    const response = await rescued(
      new MeshError('deadline_exceeded', 'Too late.'),
      new Request('http://users/', { method: 'POST', headers }),
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('grpc-status')).toBe('4')
    expect(response.headers.get('selvedge-error')).toBe('deadline_exceeded')
  })

  it('says nothing of the inside to an outsider, and logs it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const error = new Error('password=hunter2')
    const response = await rescued(error)
    expect(response.status).toBe(500)
    expect(response.headers.get('selvedge-error')).toBe('internal')
    const told = JSON.stringify([await response.text(), ...response.headers])
    expect(told).not.toContain('hunter2')
    expect(log).toHaveBeenCalledWith(error)
  })

  it('tells nobody which endpoint did not answer: the answer may be passed on to those outside', async () => {
    const error = new MeshError('endpoint_unreachable', 'Endpoint https://10.0.0.7 did not answer.')
    const response = await rescued(error)
    expect(response.headers.get('selvedge-error')).toBe('endpoint_unreachable')
    expect(JSON.stringify([await response.text(), ...response.headers])).not.toContain('10.0.0.7')
  })

  it('answers 499 to a caller that left, without a word', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const signal = AbortSignal.abort('enough')
    const response = await rescued(signal.reason, new Request('http://users/', { signal }))
    expect(response.status).toBe(499)
    expect(response.headers.get('selvedge-error')).toBeNull()
    expect(log).not.toHaveBeenCalled()
  })

  it('answers an error where a handler gave up by itself, and its caller is still there', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await rescued(new DOMException('Enough.', 'AbortError'))
    expect(response.status).toBe(500)
    expect(response.headers.get('selvedge-error')).toBe('internal')
  })
})
