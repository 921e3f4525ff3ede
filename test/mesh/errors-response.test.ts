/** What comes of a call that the mesh failed, where `errors` says `response`: clients that take a fetch read the right code. */
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { StringValueSchema } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { type UniversalClientRequest, universalClientResponseFromFetch } from '@connectrpc/connect/protocol'
import { createTransport as connect } from '@connectrpc/connect/protocol-connect'
import { createTransport as grpcWeb } from '@connectrpc/connect/protocol-grpc-web'
import { describe, expect, it } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import type { MeshFetch } from '../../src/mesh/mesh.ts'
import { createTestMesh, type TestMesh, type TestService } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { connectionLost, hang, upstream } from '../support/upstream.ts'
import { words } from '../support/words-service.ts'

const services: Record<string, TestService> = {
  gone: { endpoints: [upstream(connectionLost())], retry: { attempts: 0 } },
  mute: { endpoints: [hang], timeouts: { request: '2s' } },
  large: { alias: 'large' },
  down: upstream(503),
}
const given = (errors?: 'response' | 'throw') => createTestMesh(services, errors ? { errors } : {})
const call = (mesh: TestMesh, url: string, init?: RequestInit) => mesh.clock.run(mesh.fetch(url, init))

describe('errors: response', () => {
  it.each([
    ['nobody', 404, 'service_not_found'],
    ['gone', 503, 'endpoint_unreachable'],
    ['mute', 504, 'deadline_exceeded'],
    ['large', 508, 'loop_detected'],
  ])('answers a call of %s with %d, as the Worker would', async (name, status, code) => {
    const response = await call(given('response'), `http://${name}/`)
    expect([response.status, response.headers.get('selvedge-error')]).toEqual([status, code])
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code, status, service: name })
  })

  it('answers a name that is none, and knows a name by its domain', async () => {
    const mesh = given('response')
    const response = await call(mesh, 'http://not_a_name/')
    expect([response.status, response.headers.get('selvedge-error')]).toEqual([400, 'service_not_named'])
    expect(await (await call(mesh, 'http://nobody.mesh/')).json()).toMatchObject({ service: 'nobody' })
  })

  it('leaves the answers of services as they are', async () => {
    const response = await call(given('response'), 'http://down/')
    expect([response.status, response.headers.get('selvedge-error')]).toEqual([503, null])
  })

  it('is true of calls on behalf of a request, too', async () => {
    const mesh = given('response')
    const made = mesh.for(new Request('http://front/'))
    expect((await mesh.clock.run(made.fetch('http://nobody/'))).status).toBe(404)
  })

  it('does not say that a call may be sent again: a handler may pass the answer on, whatever it has done before', async () => {
    const response = await call(given('response'), 'http://gone/')
    expect(response.headers.get('selvedge-retryable')).not.toBe('true')
  })

  it('leaves the reason of a caller that gives up to its caller', async () => {
    const mesh = given('response')
    const mine = new Error('I have seen enough.')
    expect(await failureOf(call(mesh, 'http://mute/', { signal: AbortSignal.abort(mine) }))).toBe(mine)
  })

  it('is not so unless it is said', async () => {
    expect(await failureOf(call(given(), 'http://nobody/'))).toBeInstanceOf(MeshError)
    expect(await failureOf(call(given('throw'), 'http://nobody/'))).toBeInstanceOf(MeshError)
  })
})

const options = {
  interceptors: [],
  acceptCompression: [],
  sendCompression: null,
  compressMinBytes: 1024,
  readMaxBytes: 1_000_000,
  writeMaxBytes: 1_000_000,
}
const transports = { Connect: connect, 'gRPC-Web': grpcWeb }
const formats = [true, false]

describe.each(Object.entries(transports))('a transport of %s over mesh.fetch', (_, createTransport) => {
  const client = (fetch: MeshFetch, name: string, useBinaryFormat: boolean) => {
    // As in a browser, a body is whole before it is sent.
    const httpClient = async ({ url, method, header: headers, body: parts, signal }: UniversalClientRequest) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of parts ?? []) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      return universalClientResponseFromFetch(await fetch(url, { method, headers, body, signal: signal ?? null }))
    }
    const baseUrl = `http://${name}`
    return createClient(words, createTransport({ ...options, baseUrl, httpClient, useBinaryFormat }))
  }
  const value: MessageInitShape<typeof StringValueSchema> = { value: 'a' }

  describe.each(formats)('in binary: %s', (isBinary) => {
    it.each([
      ['nobody', Code.NotFound, 'service_not_found'],
      ['gone', Code.Unavailable, 'endpoint_unreachable'],
      ['mute', Code.DeadlineExceeded, 'deadline_exceeded'],
      ['large', Code.FailedPrecondition, 'loop_detected'],
    ])('gets the code of a call and of a stream that the mesh failed: %s', async (name, code, said) => {
      const mesh = given('response')
      const { say, count } = client(mesh.fetch, name, isBinary)
      const stream = async () => {
        for await (const _ of count(value)) throw new Error('Nobody should be heard.')
      }
      for (const work of [async () => void (await say(value)), stream]) {
        const error = ConnectError.from(await failureOf(mesh.clock.run(work())))
        expect(Code[error.code]).toBe(Code[code])
        expect(error.metadata.get('selvedge-error')).toBe(said)
        expect(error.rawMessage).toMatch(/\.$/)
      }
    })
  })
})
