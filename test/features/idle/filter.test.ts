import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { idle } from '../../../src/features/idle/filter.ts'
import { failureOf } from '../../support/call.ts'

const request = new Request('http://users/')
const events = { 'content-type': 'text/event-stream; charset=utf-8' }

/** An answer whose body says a word each time it is told to. */
function given(headers: Record<string, string>, idleMs = 1000) {
  const clock = virtualClock()
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined
  let cancelled: unknown
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      stream = controller
    },
    cancel(reason) {
      cancelled = reason
    },
  })
  const response = new Response(body, { headers })
  const answer = () => idle(idleMs)(request, { clock }, async () => response)
  const say = (word: string) => stream?.enqueue(new TextEncoder().encode(word))
  return { clock, response, answer, say, end: () => stream?.close(), cancelled: () => cancelled }
}

describe('idle', () => {
  it('ends an event stream that has fallen silent, and cancels it upstream', async () => {
    const { clock, answer, say, cancelled } = given(events)
    const reader = ((await answer()).body as ReadableStream<Uint8Array>).getReader()
    say('hello')
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('hello')
    const next = failureOf(reader.read())
    await clock.advance(1000)
    expect((await next).code).toBe('deadline_exceeded')
    expect(cancelled()).toMatchObject({ code: 'deadline_exceeded' })
  })

  it('lets a stream run for as long as it speaks', async () => {
    const { clock, answer, say, end } = given(events)
    const text = (await answer()).text()
    for (let word = 0; word < 20; word++) {
      await clock.advance(900)
      say('.')
    }
    await clock.advance(10)
    end()
    expect(await text).toBe('.'.repeat(20))
    expect(clock.pending).toBe(0)
  })

  it('counts the silence of the sender, not the slowness of the reader', async () => {
    const { clock, answer, say, end } = given(events)
    const reader = ((await answer()).body as ReadableStream<Uint8Array>).getReader()
    say('one')
    expect((await reader.read()).done).toBe(false)
    say('two')
    end()
    await clock.advance(60_000)
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('two')
    expect((await reader.read()).done).toBe(true)
  })

  it('watches what an endpoint sends in chunks, too', async () => {
    const { clock, answer, response } = given({ 'transfer-encoding': 'chunked' })
    const watched = await answer()
    expect(watched).not.toBe(response)
    const text = failureOf(watched.text())
    await clock.advance(1000)
    expect((await text).code).toBe('deadline_exceeded')
  })

  it('keeps status and headers of what it watches', async () => {
    const { answer } = given({ ...events, 'x-from': 'upstream' })
    const response = await answer()
    expect(response.status).toBe(200)
    expect(response.headers.get('x-from')).toBe('upstream')
  })

  it('tells the sender when the reader leaves', async () => {
    const { answer, cancelled } = given(events)
    await (await answer()).body?.cancel('enough')
    expect(cancelled()).toBe('enough')
  })

  it.each([
    ['of known length', { ...events, 'content-length': '10' }],
    ['that is compressed', { ...events, 'content-encoding': 'gzip' }],
    ['that is no stream', { 'content-type': 'application/json' }],
  ])('passes a body by untouched %s', async (_, headers) => {
    const { answer, response } = given(headers as Record<string, string>)
    expect(await answer()).toBe(response)
  })

  it('watches nothing where it may be silent forever', async () => {
    const { answer, response } = given(events, Number.POSITIVE_INFINITY)
    expect(await answer()).toBe(response)
  })

  it('passes by what has no body', async () => {
    const response = new Response(null, { status: 204, headers: events })
    expect(await idle(1000)(request, { clock: virtualClock() }, async () => response)).toBe(response)
  })
})
