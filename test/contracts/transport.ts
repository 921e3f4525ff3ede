/** What every transport does that brings an answer, whatever it is made of. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EFFECTS } from '../../src/core/effects.ts'
import { cancellation } from '../../src/core/engine/cancellation.ts'
import { MeshError } from '../../src/core/errors.ts'
import { outcomeOfError } from '../../src/core/outcome.ts'
import type { Sent } from '../../src/targets/sent.ts'
import { outcomeIn } from '../../src/wire/answer/ending.ts'
import { givenSent } from '../support/given.ts'

/** Answers at the far end. */
export type FarEnd = (request: Request) => Response | Promise<Response>

export interface Reached {
  send(request: Request, sent: Sent): Promise<Response>
  close?(): Promise<void>
}

export interface TransportTraits {
  /** Is content passed on as it comes, up and down? Otherwise it is had whole first. */
  readonly streamsUp: boolean
  readonly streamsDown: boolean
}

const BYTES = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) & 255)

export function transportContract(
  name: string,
  traits: TransportTraits,
  reach: (farEnd: FarEnd) => Reached | Promise<Reached>,
): void {
  describe(`${name}, as a transport,`, () => {
    let farEnd: FarEnd
    let reached: Reached

    beforeAll(async () => {
      reached = await reach((request) => farEnd(request))
    })
    afterAll(() => reached?.close?.())
    beforeEach(() => {
      farEnd = () => new Response('ok')
    })

    /** `GET http://users/42?x=1`, with these differences. */
    function call(init: RequestInit = {}, over: Partial<Sent> = {}): Promise<Response> {
      const request = new Request('http://users/42?x=1', { ...init, duplex: 'half' } as RequestInit)
      const sent = givenSent({ attempt: { body: request.body }, outgoing: request.headers, ...over })
      return reached.send(request, sent)
    }

    it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('passes %s, with path and query', async (method) => {
      farEnd = ({ method, url }) => Response.json({ method, path: url.slice(url.indexOf('/', 8)) })
      expect(await (await call({ method })).json()).toEqual({ method, path: '/42?x=1' })
    })

    it.each([200, 201, 302, 400, 403, 404, 418, 429, 500, 503])(
      'hands on an answer of %i as it came',
      async (status) => {
        farEnd = () => new Response('said', { status, headers: { 'x-said': 'so' } })
        const answer = await call()
        expect(answer.status).toBe(status)
        expect(answer.headers.get('x-said')).toBe('so')
        expect(await answer.text()).toBe('said')
        expect(outcomeIn(answer, answer.status)).toBe(
          status === 429 ? 'limited' : status >= 500 ? 'failure' : 'success',
        )
      },
    )

    it('passes headers both ways, and each cookie', async () => {
      farEnd = ({ headers }) => {
        const answer = new Headers({ 'x-heard': `${headers.get('x-one')} ${headers.get('cookie')}` })
        for (const cookie of ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT']) {
          answer.append('set-cookie', cookie)
        }
        return new Response(null, { headers: answer })
      }
      const answer = await call({}, { outgoing: new Headers({ 'x-one': 'ä, b', cookie: 'c=3; d=4' }) })
      expect(answer.headers.get('x-heard')).toBe('ä, b c=3; d=4')
      expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'])
    })

    it('leaves the headers of the attempt alone: the next one may go elsewhere', async () => {
      const outgoing = new Headers({ 'x-one': '1', authorization: 'Bearer of the application' })
      await call({}, { outgoing })
      expect([...outgoing]).toEqual([
        ['authorization', 'Bearer of the application'],
        ['x-one', '1'],
      ])
    })

    it('passes bytes up and down', async () => {
      farEnd = async (request) => new Response(await request.arrayBuffer())
      const answer = await call({ method: 'POST', body: BYTES })
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(BYTES)
    })

    it.each(['text/plain; charset=utf-8', 'application/json'])('passes %s up and down', async (type) => {
      farEnd = async (request) => new Response(await request.text())
      const headers = { 'content-type': type }
      expect(await (await call({ method: 'PUT', body: '{"häuser":"🏠"}', headers })).text()).toBe('{"häuser":"🏠"}')
    })

    it('passes an answer without content', async () => {
      expect(await (await call()).text()).toBe('ok')
      for (const status of [204, 304]) {
        farEnd = () => new Response(null, { status, headers: { etag: '"7"' } })
        const answer = await call()
        expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([status, '"7"', ''])
      }
      farEnd = () => new Response('', { status: 200 })
      expect(await (await call({ method: 'POST', body: '' })).text()).toBe('')
    })

    it('passes the headers of a HEAD, without content', async () => {
      farEnd = () => new Response(null, { headers: { etag: '"8"' } })
      const answer = await call({ method: 'HEAD' })
      expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([200, '"8"', ''])
    })

    it('passes a streamed body up', async () => {
      farEnd = async (request) => new Response(await request.text())
      const chunks = ['one ', 'two ', 'three']
      const body = new ReadableStream({
        pull: (controller) => {
          const chunk = chunks.shift()
          if (chunk === undefined) controller.close()
          else controller.enqueue(new TextEncoder().encode(chunk))
        },
      })
      const headers = { 'content-type': 'text/plain' }
      expect(await (await call({ method: 'POST', body, headers })).text()).toBe('one two three')
    })

    if (traits.streamsUp)
      it('passes the first bytes up before the last are there', async () => {
        let heard: (() => void) | undefined
        const isHeard = new Promise<void>((resolve) => {
          heard = resolve
        })
        farEnd = async (request) => {
          const reader = request.body?.getReader()
          const { value } = (await reader?.read()) ?? {}
          heard?.()
          await reader?.cancel()
          return new Response(value as Uint8Array<ArrayBuffer>)
        }
        let isFirst = true
        const body = new ReadableStream({
          async pull(controller) {
            if (!isFirst) return isHeard.then(() => controller.close())
            isFirst = false
            controller.enqueue(new TextEncoder().encode('first'))
          },
        })
        expect(await (await call({ method: 'POST', body })).text()).toBe('first')
      })

    if (traits.streamsDown)
      it('passes the first bytes down before the last are there', async () => {
        let go: (() => void) | undefined
        const isRead = new Promise<void>((resolve) => {
          go = resolve
        })
        farEnd = () => {
          const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
          const writer = writable.getWriter()
          const write = async () => {
            await writer.write(new TextEncoder().encode('first'))
            await isRead
            await writer.write(new TextEncoder().encode(' last'))
            await writer.close()
          }
          write().catch(() => {})
          return new Response(readable, { headers: { 'content-type': 'text/plain' } })
        }
        const reader = (await call()).body?.getReader()
        expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first')
        go?.()
        expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(' last')
        expect((await reader?.read())?.done).toBe(true)
      })

    it.each([
      ['the caller leaves', new DOMException('The user left.', 'AbortError')],
      ['its deadline passes', new MeshError('deadline_exceeded', 'Too late.')],
      ['the time of the attempt passes', new MeshError('attempt_timed_out', 'Too late.')],
    ])('ends with that reason when %s', async (_, reason) => {
      const work = cancellation(true)
      let hang: ((answer: Response) => void) | undefined
      farEnd = () => {
        queueMicrotask(() => work.cancel(reason))
        return new Promise((resolve) => {
          hang = resolve
        })
      }
      await expect(call({}, { work })).rejects.toBe(reason)
      hang?.(new Response())
    })

    it('calls a far end that breaks down a fault, which may be tried again', async () => {
      farEnd = () => {
        throw new Error('Network connection lost.')
      }
      const error = await call().catch((error: unknown) => error)
      expect(error).toBeInstanceOf(MeshError)
      expect(EFFECTS[outcomeOfError(error)].health).toBe('fault')
    })
  })
}
