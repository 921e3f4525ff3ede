/** Every kind of endpoint behind a name, reached by the built Worker in workerd. */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { KEYS, type LambdaFake, REGION, startLambda } from '../support/lambda-fake.ts'
import { type MeshWorker, residentBytes, startMesh } from '../support/mesh-worker.ts'
import { gzipped, noise, plain, startUpstream, type Upstream } from '../support/servers.ts'

const MB = 1024 * 1024

async function sha1(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha1')
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}

/** Says who answers. Told that it is down it breaks, until it is told that it is up; then it says whether it was asked. */
const who = (name: string) => `
  let isDown = false
  let wasAsked = false
  export default {
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      if (pathname === '/down') isDown = true
      else if (pathname === '/up') isDown = false
      else if (isDown) {
        wasAsked = true
        throw new Error('It is down.')
      }
      if (pathname === '/up') return Response.json(wasAsked)
      return Response.json({ upstream: '${name}', url: pathname + search, host: new URL(request.url).host, body: await request.text() })
    },
  }`

const room = `
  import { DurableObject } from 'cloudflare:workers'
  export class Room extends DurableObject {
    count = 0
    async fetch(request) {
      if (new URL(request.url).pathname === '/throw') {
        this.count++
        throw new Error('It broke.')
      }
      return Response.json({ id: this.ctx.id.name, count: ++this.count })
    }
  }
  export default {}`

/** Calls the service that its path names. */
const clerk = `
  export default {
    fetch: (request, env) => env.MESH.fetch(new Request('http:/' + new URL(request.url).pathname, request)),
  }`

const consumer = `
  const messages = []
  export default {
    async queue(batch) {
      for (const { body } of batch.messages) messages.push(body)
    },
    fetch: () => Response.json(messages),
  }`

describe('a name in front of', () => {
  let lambda: LambdaFake
  let upstream: Upstream
  let mesh: MeshWorker
  let lambdaRecord: Record<string, unknown>

  beforeAll(async () => {
    lambda = await startLambda()
    upstream = await startUpstream('address')
    lambdaRecord = { function: 'users', region: REGION, secret: 'AWS', endpointUrl: lambda.url }
    mesh = await startMesh({
      vars: { ...KEYS, MESH_FRESH: '0s', KEY: 'k-123' },
      bindings: { BOUND: who('binding'), CLERK: clerk },
      scripts: { users: who('script') },
      rooms: room,
      consumer,
      records: {
        users: { endpoints: [{ lambda: lambdaRecord }] },
        streaming: { endpoints: [{ lambda: { ...lambdaRecord, invocation: 'stream' } }] },
        signed: {
          endpoints: [
            { url: lambda.url, credentials: { type: 'aws-sigv4', service: 'lambda', region: REGION, secret: 'AWS' } },
          ],
        },
        keyed: { endpoints: [{ url: upstream.url, credentials: { type: 'header', header: 'x-key', secret: 'KEY' } }] },
        keyless: { endpoints: [{ url: upstream.url, credentials: { type: 'bearer', secret: 'NO_SUCH' } }] },
        script: { endpoints: [{ dispatch: { binding: 'DISPATCH', script: 'users' } }] },
        noscript: { endpoints: [{ dispatch: { binding: 'DISPATCH', script: 'nobody' } }] },
        rooms: { endpoints: [{ object: { binding: 'ROOMS', key: 'header:x-room' } }] },
        jobs: { endpoints: [{ queue: { binding: 'JOBS' } }] },
        mixed: {
          endpoints: [
            { binding: 'BOUND' },
            upstream.url,
            { lambda: lambdaRecord },
            { binding: 'NOT_BOUND' },
            { dispatch: { binding: 'DISPATCH', script: 'nobody' } },
          ],
          // Two of five are never there: on a slow machine their returns on trial cost more retries than few calls earn.
          retryConstraint: 'off',
        },
        unreachable: { endpoints: [{ queue: { binding: 'NO_QUEUE' } }, { binding: 'NOT_BOUND' }] },
      },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await lambda?.close()
    await upstream?.close()
  })
  beforeEach(() => {
    lambda.override = undefined
    upstream.override = undefined
    lambda.functions.users = (event) => ({ statusCode: 200, body: JSON.stringify({ upstream: 'lambda', event }) })
  })

  describe('a Lambda function', () => {
    it('calls it, signed, and answers with its result', async () => {
      const answer = await mesh.call('/svc/users/42?x=1', { method: 'POST', body: 'hello' })
      expect(answer.status).toBe(200)
      expect(answer.json.event).toMatchObject({ rawPath: '/42', rawQueryString: 'x=1', body: 'aGVsbG8=' })
      expect(lambda.refusals).toEqual([])
    })

    it('leaves what the function compressed as it is', async () => {
      lambda.functions.users = () => ({
        statusCode: 200,
        headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' },
        body: gzipped.toString('base64'),
        isBase64Encoded: true,
      })
      const answer = await mesh.call('/svc/users/', { headers: { 'accept-encoding': 'gzip' } })
      expect(answer.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(answer.body).toString()).toBe(plain)
    })

    it('answers 502 where it throws, and keeps its words to itself', async () => {
      lambda.functions.users = () => {
        throw new Error('password=hunter2')
      }
      const answer = await mesh.call('/svc/users/', { method: 'POST' })
      expect(answer.status).toBe(502)
      expect(answer.headers['selvedge-error']).toBe('function_failed')
      expect(answer.text).not.toContain('hunter2')
    })

    it('passes on what it streams as it comes, and a function URL that is signed', async () => {
      lambda.streaming.users = async function* () {
        yield '{"statusCode":200,"headers":{"content-type":"text/event-stream"}}\0\0\0\0\0\0\0\0'
        for (let event = 0; event < 3; event++) yield `data: ${event}\n\n`
      }
      const answer = await mesh.call('/svc/streaming/')
      expect(answer.text).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n')
      const signed = await mesh.call('/svc/signed/a%20b?x=1&y=%2F', { method: 'POST', body: 'signed' })
      expect([signed.status, signed.text, signed.headers['x-function-url']]).toEqual([200, 'signed', 'yes'])
    })

    it('holds none of 50 MB that it streams', async () => {
      lambda.streaming.users = async function* () {
        yield '{"statusCode":200}\0\0\0\0\0\0\0\0'
        yield* noise(50 * MB)
      }
      const expected = await sha1(noise(50 * MB))
      // Once before it is measured: the pools of the first time are not what is held.
      await sha1(await mesh.open('/svc/streaming/').response)
      const before = residentBytes(mesh.pid)
      let highest = before
      const watch = setInterval(() => {
        highest = Math.max(highest, residentBytes(mesh.pid))
      }, 10)
      const got = await sha1(await mesh.open('/svc/streaming/').response)
      clearInterval(watch)
      expect(got).toBe(expected)
      expect(highest - before).toBeLessThan(20 * MB)
    })
  })

  it('an address with a secret in a header', async () => {
    expect((await mesh.call('/svc/keyed/')).json.headers['x-key']).toBe('k-123')
    const answer = await mesh.call('/svc/keyless/', { method: 'POST' })
    expect([answer.status, answer.headers['selvedge-error']]).toEqual([502, 'credential_failed'])
    // Who has no name for itself is told no secret's.
    expect(JSON.stringify([answer.text, answer.headers])).not.toContain('NO_SUCH')
    expect((await mesh.callTrusted('keyless', '/')).json.detail).toContain('"NO_SUCH"')
  })

  it('a dispatch namespace', async () => {
    expect((await mesh.call('/svc/script/42?x=1')).json).toMatchObject({
      upstream: 'script',
      url: '/42?x=1',
      host: 'script',
    })
    expect((await mesh.call('/svc/script/', { method: 'POST', body: 'up' })).json).toMatchObject({ body: 'up' })
    const answer = await mesh.call('/svc/noscript/')
    expect([answer.status, answer.headers['selvedge-error']]).toEqual([500, 'backend_not_found'])
  })

  it('Durable Objects', async () => {
    const ask = async (name: string) => (await mesh.call('/svc/rooms/', { headers: { 'x-room': name } })).json
    expect(await ask('blue')).toEqual({ id: 'blue', count: 1 })
    expect(await ask('red')).toEqual({ id: 'red', count: 1 })
    expect(await ask('blue')).toEqual({ id: 'blue', count: 2 })
    const answer = await mesh.call('/svc/rooms/')
    expect([answer.status, answer.headers['selvedge-error']]).toEqual([400, 'object_not_named'])
    expect((await mesh.call('/svc/rooms/throw', { headers: { 'x-room': 'green' } })).status).toBe(503)
    expect(await ask('green')).toMatchObject({ count: 2 })
  })

  it('a queue', async () => {
    const answer = await mesh.call('/svc/jobs/resize?w=80', {
      method: 'POST',
      body: '{"id":7}',
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(202)
    const url = await mesh.bindingUrl('CONSUMER')
    const message = await eventually('the message at its consumer', async () => {
      const messages = (await (await fetch(url)).json()) as { id: string }[]
      return messages.find(({ id }) => id === answer.json.id)
    })
    expect(message).toMatchObject({
      type: 'selvedge.request',
      subject: 'jobs',
      data: { method: 'POST', path: '/resize?w=80', body: '{"id":7}' },
    })
  })

  it('tells a queue, and in its errors, who called: by the binding, never by what a request says', async () => {
    const forged = { 'selvedge-caller': 'forged', caller: 'forged', 'x-caller': 'forged' }
    const url = await mesh.bindingUrl('CONSUMER')
    const callerOf = async (id: string) => {
      const message = await eventually('the message at its consumer', async () => {
        const messages = (await (await fetch(url)).json()) as { id: string; caller?: string }[]
        return messages.find((message) => message.id === id)
      })
      return message.caller
    }
    const outside = await mesh.call('/svc/jobs/', { method: 'POST', headers: forged })
    expect(await callerOf(outside.json.id)).toBeUndefined()
    const bound = await mesh.bindingUrl('CLERK')
    const inside = (await (await fetch(`${bound}/jobs`, { method: 'POST', headers: forged })).json()) as { id: string }
    expect(await callerOf(inside.id)).toBe('clerk')

    expect(await (await fetch(`${bound}/unreachable`)).json()).toMatchObject({
      service: 'unreachable',
      caller: 'clerk',
    })
    expect((await mesh.call('/svc/unreachable/', { headers: forged })).json).not.toHaveProperty('caller')
  })

  it('several kinds, of which one or another is down, or was never there', async () => {
    const seen = new Set<string>()
    const many = async (count: number) => {
      for (let call = 0; call < count; call++) {
        const answer = await mesh.call('/svc/mixed/')
        expect(answer.status, answer.text).toBe(200)
        seen.add(answer.json.upstream)
      }
    }
    await many(20)
    lambda.override = (request) => request.socket.destroy()
    await many(10)
    lambda.override = undefined
    upstream.override = (request) => request.socket.destroy()
    await many(10)
    upstream.override = undefined
    const bound = await mesh.bindingUrl('BOUND')
    await fetch(`${bound}/down`)
    await many(10)
    expect(await (await fetch(`${bound}/up`)).json()).toBe(true)
    expect([...seen].sort()).toEqual(['address', 'binding', 'lambda'])
  })

  it('says of each endpoint why it cannot be reached', async () => {
    const answer = await mesh.call('/svc/unreachable/')
    expect(answer.json).toMatchObject({ code: 'no_endpoint' })
    expect(JSON.stringify([answer.text, answer.headers])).not.toMatch(/NO_QUEUE|NOT_BOUND/)
    const { json } = await mesh.callTrusted('unreachable', '/')
    expect(json.detail).toContain('queue:NO_QUEUE (This Worker has no queue "NO_QUEUE".)')
    expect(json.detail).toContain('binding:NOT_BOUND (This Worker has no service binding "NOT_BOUND".)')
  })
})
