/** Protocols above HTTP, each spoken by a client and a server of its own, through the built Worker in workerd. */
import type { IncomingMessage } from 'node:http'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from '../support/call.ts'
import { type GraphqlServer, startGraphql } from '../support/graphql-server.js'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'
import { startWords, type WordsServer, words } from '../support/words-service.ts'

describe('through the mesh', () => {
  let server: WordsServer
  let graphql: GraphqlServer
  let upstream: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    server = await startWords()
    upstream = await startUpstream()
    graphql = await startGraphql()
    mesh = await startMesh({
      records: {
        words: server.url,
        hasty: { endpoints: [server.url], timeouts: { request: '2s' } },
        graph: graphql.url,
        live: upstream.url,
        mute: { endpoints: [upstream.url], timeouts: { request: '500ms' } },
      },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
    graphql?.close()
    server?.close()
  })
  beforeEach(() => {
    upstream.override = undefined
  })

  const over = (service: string) => ({ baseUrl: `${mesh.url}/svc/${service}`, httpVersion: '1.1' as const })
  const transports = {
    'Connect in binary': (service: string) => createConnectTransport(over(service)),
    'Connect in JSON': (service: string) => createConnectTransport({ ...over(service), useBinaryFormat: false }),
    'gRPC-Web': (service: string) => createGrpcWebTransport(over(service)),
  }

  describe.each(Object.entries(transports))('%s', (protocol, transport) => {
    const client = (service: string) => createClient(words, transport(service))
    const deadlineHeader = protocol === 'gRPC-Web' ? 'grpc-timeout' : 'connect-timeout-ms'

    async function count(service: string, value: string, heard: string[] = []): Promise<string[]> {
      for await (const letter of client(service).count({ value })) heard.push(letter.value)
      return heard
    }

    it('calls and is answered, headers and all', async () => {
      let said: string | null = null
      const answer = await client('words').say(
        { value: 'häuser' },
        { headers: { 'x-own': '1' }, onHeader: (headers) => (said = headers.get('x-words')) },
      )
      expect([answer.value, said]).toEqual(['häuser!', 'yes'])
      expect(server.calls.at(-1)?.headers.get('x-own')).toBe('1')
    })

    it('hears a stream to its end', async () => {
      expect(await count('words', 'stream')).toEqual('stream'.split(''))
    })

    it('hears the error of a server as the server said it', async () => {
      const error = ConnectError.from(
        await client('words')
          .say({ value: 'deny' })
          .catch((error: unknown) => error),
      )
      expect([error.code, error.rawMessage]).toEqual([Code.PermissionDenied, 'Not that word.'])
      expect(error.metadata.get('x-reason')).toBe('manners')

      const heard: string[] = []
      const broken = ConnectError.from(await failureOf(count('words', 'deny', heard)))
      expect([heard, broken.code, broken.rawMessage]).toEqual([['d'], Code.PermissionDenied, 'Not that word.'])
    })

    it('shows the server what is left of the deadline: the caller’s, or the record’s if that is less', async () => {
      await client('words').say({ value: 'a' }, { timeoutMs: 5000 })
      expect(server.calls.at(-1)?.timeoutMs).toBeLessThanOrEqual(5000)
      expect(server.calls.at(-1)?.timeoutMs).toBeGreaterThan(2000)
      await client('hasty').say({ value: 'a' }, { timeoutMs: 5000 })
      expect(server.calls.at(-1)?.timeoutMs).toBeLessThanOrEqual(2000)
      expect(server.calls.at(-1)?.headers.get(deadlineHeader)).toMatch(/^1\d{3}m?$/)
    })

    it.each([
      ['mute', () => {}, Code.DeadlineExceeded],
      ['live', (request: IncomingMessage) => request.on('end', () => request.socket.destroy()), Code.Unavailable],
    ])('hears an error of the mesh in its own words: %s', async (service, answer, code) => {
      upstream.override = (request) => answer(request.resume())
      const said = (error: unknown) => {
        const { code, rawMessage, metadata } = ConnectError.from(error)
        return [Code[code], rawMessage, metadata.get('selvedge-error')]
      }
      const expected = [Code[code], expect.stringMatching(/\.$/), expect.stringMatching(/^[a-z_]+$/)]
      expect(said(await failureOf(client(service).say({ value: 'a' })))).toEqual(expected)
      expect(said(await failureOf(count(service, 'a')))).toEqual(expected)
    })
  })

  describe('native gRPC', () => {
    const grpc = {
      method: 'POST',
      headers: { 'content-type': 'application/grpc+proto', te: 'trailers' },
      body: '\0\0\0\0\0',
    }

    it('is told that it cannot pass, where the trailers of an answer are lost', async () => {
      upstream.override = (request, response) => {
        request.resume()
        response.writeHead(200, { 'content-type': 'application/grpc+proto', trailer: 'grpc-status' })
        response.write('\0\0\0\0\0')
        response.addTrailers({ 'grpc-status': '0' })
        response.end()
      }
      const answer = await mesh.call('/svc/live/mesh.Words/Say', grpc)
      expect([answer.status, answer.body.length]).toEqual([200, 0])
      expect(answer.headers).toMatchObject({
        'content-type': 'application/grpc+proto',
        'grpc-status': '12',
        'grpc-message': expect.stringContaining('use gRPC-Web or Connect'),
        'selvedge-error': 'protocol_unsupported',
      })
    })

    it('hears an answer of trailers alone', async () => {
      upstream.override = (request, response) => {
        request.resume()
        response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '7' }).end()
      }
      const answer = await mesh.call('/svc/live/mesh.Words/Say', grpc)
      expect(answer.headers).toMatchObject({ 'grpc-status': '7' })
      expect(answer.headers).not.toHaveProperty('selvedge-error')
    })

    it.each(['application/grpc', 'application/grpc-web+proto'])(
      'is tried again where the answer to %s is UNAVAILABLE in trailers alone',
      async (type) => {
        const statuses = [14, 0]
        const attempts: unknown[] = []
        upstream.override = (request, response) => {
          request.resume()
          attempts.push(request.headers['grpc-previous-rpc-attempts'])
          const status = String(statuses[attempts.length - 1])
          response.writeHead(200, { 'content-type': type, 'grpc-status': status }).end()
        }
        const headers = { 'content-type': type, 'idempotency-key': '7' }
        const answer = await mesh.call('/svc/live/mesh.Words/Say', { ...grpc, headers })
        expect([answer.headers['grpc-status'], answer.headers['selvedge-retries-used']]).toEqual(['0', '1'])
        expect(attempts).toEqual([undefined, '1'])
      },
    )
  })

  describe('GraphQL', () => {
    const ask = async (body: object) => {
      const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }
      return mesh.call('/svc/graph/graphql', { method: 'POST', headers, body: JSON.stringify(body) })
    }

    it('queries with variables, by POST and by GET, and changes', async () => {
      const query = 'query ($name: String!) { greet(name: $name) }'
      expect((await ask({ query, variables: { name: 'Ada' } })).json).toEqual({ data: { greet: 'Hello, Ada.' } })
      const search = new URLSearchParams({ query, variables: '{"name":"Ada"}' })
      expect((await mesh.call(`/svc/graph/graphql?${search}`)).json).toEqual({ data: { greet: 'Hello, Ada.' } })
      expect((await ask({ query: 'mutation { add(a: 2, b: 3) }' })).json).toEqual({ data: { add: 5 } })
    })

    it('hears its errors with the status that the server gives them', async () => {
      const partial = await ask({ query: '{ broken }' })
      expect([partial.status, partial.json.data]).toEqual([200, { broken: null }])
      expect(partial.json.errors).toHaveLength(1)
      const refused = await ask({ query: '{ nothing }' })
      expect([refused.status, refused.headers['selvedge-error']]).toEqual([400, undefined])
      expect(refused.headers['content-type']).toContain('application/graphql-response+json')
    })
  })

  it('an EventSource hears every event, and goes on where it was when the stream breaks', async () => {
    const resumedAfter: (string | undefined)[] = []
    upstream.override = (request, response) => {
      const last = request.headers['last-event-id'] as string | undefined
      resumedAfter.push(last)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const from = last === undefined ? 0 : Number(last) + 1
      for (let id = from; id < from + 2; id++)
        response.write(`retry: 1\nevent: tick\nid: ${id}\ndata: ${id}\ndata: more\n\n`)
      response.end()
    }
    const events = new EventSource(`${mesh.url}/svc/live/events`)
    const heard = await new Promise<string[]>((resolve) => {
      const heard: string[] = []
      events.addEventListener('tick', ({ data }) => {
        heard.push(data)
        if (heard.length === 4) resolve(heard)
      })
    })
    events.close()
    expect(heard).toEqual(['0\nmore', '1\nmore', '2\nmore', '3\nmore'])
    expect(resumedAfter.slice(0, 2)).toEqual([undefined, '1'])
  })
})
