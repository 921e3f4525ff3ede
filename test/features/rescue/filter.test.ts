import { describe, expect, it } from 'vitest'
import { MeshError } from '../../../src/core/errors.ts'
import type { LogEntry } from '../../../src/core/log.ts'
import { attemptNote, type Receipt, receipt } from '../../../src/core/receipt.ts'
import { rescue } from '../../../src/features/rescue/filter.ts'
import { givenTrace } from '../../support/call.ts'

const trace = givenTrace()

/** What became of an error, for a stranger unless it is said otherwise, and what the log was told. */
async function given(
  error: unknown,
  { request = new Request('http://users/'), over = {}, trusted = false }: Given = {},
): Promise<{ response: Response; log: LogEntry[] }> {
  const log: LogEntry[] = []
  const context = {
    receipt: { ...receipt(), service: 'users', revision: '7', ...over },
    trace,
    trusted,
    headers: request.headers,
    caller: 'front' as string | undefined,
  }
  const filter = rescue((entry) => log.push(entry))
  return { response: await filter(request, context, () => Promise.reject(error)), log }
}

interface Given {
  request?: Request
  over?: Partial<Receipt>
  trusted?: boolean
}

const textOf = async (response: Response) => JSON.stringify([await response.text(), ...response.headers])

describe('rescue', () => {
  it('passes an answer on as it is, and tells the log nothing', async () => {
    const response = new Response('no', { status: 503 })
    const log: LogEntry[] = []
    const context = { receipt: receipt(), trace, trusted: true, headers: new Headers(), caller: undefined }
    const filter = rescue((entry) => log.push(entry))
    expect(await filter(new Request('http://users/'), context, async () => response)).toBe(response)
    expect(log).toEqual([])
  })

  it('makes a problem of a mesh error that says what, where and in which trace', async () => {
    const { response } = await given(new MeshError('no_endpoint', 'Nothing can be reached.'), { trusted: true })
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
    const over = { retryRefused }
    const { response } = await given(new MeshError(code, 'Too slow.'), { over, trusted: true })
    expect(response.headers.get('proxy-status')).toContain(`; details="Too slow.${more}"`)
    expect(await response.json()).toMatchObject({ detail: `Too slow.${more}` })
  })

  it('names the caller only beside a service that it called', async () => {
    const told = async (error: MeshError) => {
      const { response } = await given(error, { over: { service: undefined } })
      const { service, caller } = (await response.json()) as { service?: string; caller?: string }
      return [service, caller]
    }
    expect(await told(new MeshError('service_not_named', 'Nothing is named.'))).toEqual([undefined, 'front'])
    // A handler called it, not whoever called the handler.
    const own = new MeshError('service_not_found', 'No service is called "bank".', { service: 'bank' })
    expect(await told(own)).toEqual(['bank', undefined])
  })

  it('keeps service, revision and trace of the call that failed, where a handler hands its error on', async () => {
    const error = new MeshError('overloaded', 'Full.')
    error.ofCall('bank', '12', 'b'.repeat(32))
    const { response, log } = await given(error, { over: { service: undefined, revision: undefined } })
    expect(await response.json()).toMatchObject({ service: 'bank', revision: '12', traceId: 'b'.repeat(32) })
    // It was told where it failed.
    expect(log).toEqual([])
  })

  it('answers a HEAD without a body', async () => {
    const request = new Request('http://users/', { method: 'HEAD' })
    const { response } = await given(new MeshError('no_endpoint', '…'), { request })
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('')
  })

  it('answers gRPC in its own words', async () => {
    const headers = { 'content-type': 'application/grpc+proto' }
    const request = new Request('http://users/', { method: 'POST', headers })
    const { response } = await given(new MeshError('deadline_exceeded', 'Too late.'), { request })
    expect(response.status).toBe(200)
    expect(response.headers.get('grpc-status')).toBe('4')
    expect(response.headers.get('selvedge-error')).toBe('deadline_exceeded')
  })

  it.each([
    [new Error('key=hunter2'), 'Error: key=hunter2', true],
    ['key=hunter2', 'key=hunter2', false],
    [Object.create(null), 'A handler threw what is no error: object.', false],
  ])(
    'says nothing of what a handler threw to a stranger, and all of it to the log: %s',
    async (error, message, hasStack) => {
      const { response, log } = await given(error)
      expect(response.status).toBe(500)
      expect(response.headers.get('selvedge-error')).toBe('internal')
      expect(await textOf(response)).not.toMatch(/hunter2|handler/)
      expect(log).toMatchObject([{ level: 'error', event: 'error', code: 'internal', message, traceId: trace.traceId }])
      expect(log[0]?.stack?.includes('filter.test.ts') ?? false).toBe(hasStack)
    },
  )

  it('tells a caller that is believed what a handler threw', async () => {
    const { response } = await given(new Error('The table is locked.'), { trusted: true })
    expect(await response.json()).toMatchObject({ detail: 'Error: The table is locked.' })
  })

  it.each([
    ['endpoint_unreachable', 'warn'],
    ['service_not_found', 'warn'],
    ['record_invalid', 'error'],
    ['credential_failed', 'error'],
  ] as const)('tells the log once what happened, where and to whom: %s is %s', async (code, level) => {
    const note = attemptNote(1, 'https://10.0.0.7', 0)
    const over = { key: 'services/users', attempts: [note] }
    const error = new MeshError(code, 'What happened.')
    const { log } = await given(error, { over })
    const facts = { service: 'users', key: 'services/users', endpoint: note.endpoint, caller: 'front', revision: '7' }
    expect(log).toEqual([
      { level, event: 'error', code, ...facts, traceId: trace.traceId, message: 'What happened.', stack: undefined },
    ])
    // Another hop of the same isolate answers for it, too.
    expect((await given(error, { over })).log).toEqual([])
  })

  it('answers 499 to a caller that left, without a word but in the log', async () => {
    const signal = AbortSignal.abort('enough')
    const request = new Request('http://users/', { signal })
    const { response, log } = await given(signal.reason, { request })
    expect(response.status).toBe(499)
    expect(response.headers.get('selvedge-error')).toBeNull()
    expect(log).toMatchObject([{ level: 'info', event: 'caller_left', service: 'users', traceId: trace.traceId }])
  })

  it('answers an error where a handler gave up by itself, and its caller is still there', async () => {
    const { response } = await given(new DOMException('Enough.', 'AbortError'))
    expect(response.status).toBe(500)
    expect(response.headers.get('selvedge-error')).toBe('internal')
  })
})
