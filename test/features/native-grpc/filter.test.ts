import { describe, expect, it, vi } from 'vitest'
import { nativeGrpc } from '../../../src/features/native-grpc/filter.ts'
import { failureOf, givenCall } from '../../support/call.ts'

const request = new Request('http://users/')
const asking = (type: string) => givenCall({ headers: new Headers({ 'content-type': type }) })
const answer = (headers: Record<string, string>, status = 200) => new Response('\0\0\0\0\0', { status, headers })
const GRPC = { 'content-type': 'application/grpc+proto' }

describe('nativeGrpc', () => {
  it('says that the status of an answer is lost, and does not read it', async () => {
    const cancel = vi.fn()
    const body = new ReadableStream({ cancel })
    const lost = new Response(body, { headers: GRPC })
    const error = await failureOf(nativeGrpc(request, asking('application/grpc'), async () => lost))
    expect(error).toMatchObject({ code: 'protocol_unsupported', message: expect.stringContaining('gRPC-Web') })
    expect(cancel).toHaveBeenCalledOnce()
  })

  it.each([
    ['of trailers alone', 'application/grpc', answer({ ...GRPC, 'grpc-status': '7' })],
    ['in another type', 'application/grpc', answer({ 'content-type': 'text/html' })],
    ['with another status', 'application/grpc', answer(GRPC, 503)],
    ['to gRPC-Web', 'application/grpc-web+proto', answer({ 'content-type': 'application/grpc-web+proto' })],
    ['to something else', 'application/json', answer(GRPC)],
  ])('lets an answer pass: %s', async (_, type, response) => {
    expect(await nativeGrpc(request, asking(type), async () => response)).toBe(response)
  })
})
