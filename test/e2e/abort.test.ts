/** Clients that hang up: the upstream hears of it, what was held is given back, and the mesh stays well. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { call, type OpenCall } from '../support/http-client.ts'
import { type MeshWorker, residentBytes, startMesh } from '../support/mesh-worker.ts'
import { noise, startUpstream, type Upstream } from '../support/servers.ts'

const MB = 1024 * 1024

/** Counts in its isolate what reached it and what was taken back. */
const boundHang = `
  const counts = { reached: 0, aborted: 0 }
  export default {
    async fetch(request) {
      if (new URL(request.url).pathname === '/counts') return Response.json(counts)
      counts.reached += 1
      request.signal.addEventListener('abort', () => { counts.aborted += 1 })
      await new Promise((resolve) => setTimeout(resolve, 10_000))
      return new Response('late')
    },
  }`

describe('a client that hangs up', () => {
  let upstream: Upstream
  let other: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    upstream = await startUpstream('first')
    other = await startUpstream('second')
    mesh = await startMesh({
      records: {
        one: upstream.url,
        two: { endpoints: [upstream.url, other.url], retry: { attempts: 0 } },
        bound: { endpoints: [{ binding: 'BOUND' }] },
        // Nothing is given back by a deadline while the test runs.
        capped: { endpoints: [upstream.url], timeouts: { request: '120s' } },
        few: { endpoints: [upstream.url], timeouts: { request: '120s' }, limits: { maxInFlight: 4 } },
      },
      bindings: { BOUND: boundHang },
    })
  })
  afterEach(() => {
    upstream.override = undefined
    other.override = undefined
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
    await other?.close()
  })

  const nothingRuns = () => eventually('nothing runs at the upstream', () => upstream.running === 0)
  const running = (count: number) => eventually(`${count} calls run at the upstream`, () => upstream.running === count)

  it('before the headers: the upstream sees its connection closed', async () => {
    const hung = mesh.open('/svc/one/hang')
    const seen = await upstream.arrived('/hang')
    expect(seen.end).toBeUndefined()
    hung.reset()
    await eventually('the call ends at the upstream', () => seen.end === 'aborted')
  })

  it('in the body: the upstream sees its connection closed', async () => {
    const stream = mesh.open('/svc/one/sse?events=100&ms=20')
    const response = await stream.response
    response.on('error', () => {}).resume()
    const seen = await upstream.arrived('/sse')
    stream.reset()
    await eventually('the call ends at the upstream', () => seen.end === 'aborted')
  })

  it('in its own upload: the upstream sees its connection closed', async () => {
    const upload = mesh.open('/svc/one/upload', { method: 'PUT', body: noise(1_000 * MB) })
    const seen = await upstream.arrived('/upload')
    await eventually('a megabyte has arrived', () => seen.received > MB)
    upload.reset()
    await eventually('the call ends at the upstream', () => seen.end === 'aborted')
  })

  it('at a binding: the signal of the callee fires', async () => {
    const counts = async () => (await call(`${await mesh.bindingUrl('BOUND')}/counts`)).json
    const hung = mesh.open('/svc/bound/')
    await eventually('the callee is reached', async () => (await counts()).reached === 1)
    expect((await counts()).aborted).toBe(0)
    hung.reset()
    await eventually('the callee is told', async () => (await counts()).aborted === 1)
  })

  it('while the mesh waits to try again: it does not', async () => {
    const services = Array.from({ length: 30 }, (_, at) => `waiting-${at}`)
    upstream.override = (_, response) => response.writeHead(503).end()
    for (const service of services) await mesh.put(service, { endpoints: [upstream.url], retry: { backoff: '5s' } })
    const before = upstream.seen.length
    const calls = services.map((service) => mesh.open(`/svc/${service}`))
    await eventually('each was tried once', () => upstream.seen.length - before >= calls.length)
    await sleep(20)
    for (const { reset } of calls) reset()
    await sleep(300)
    const left = upstream.seen.length
    await sleep(1_500)
    // The wait is drawn from 0 to 5 s: of those that go on, nine would be tried again meanwhile.
    expect(upstream.seen.length - left).toBeLessThanOrEqual(1)
  })

  it('a thousand times: the mesh answers as before', { timeout: 300_000 }, async () => {
    await mesh.call('/svc/one/warm')
    const before = residentBytes(mesh.pid)
    for (let batch = 0; batch < 20; batch++) {
      const calls: OpenCall[] = Array.from({ length: 50 }, (_, at) => {
        if (at % 3 === 0) return mesh.open('/svc/one/stall')
        if (at % 3 === 1) return mesh.open('/svc/one/hang', { method: 'POST', body: 'x'.repeat(2_000) })
        return mesh.open('/svc/one/hang')
      })
      for (const { response } of calls) response.then((got) => got.on('error', () => {}).resume()).catch(() => {})
      await running(50)
      for (const { reset } of calls) reset()
      await nothingRuns()
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => mesh.call('/svc/one/after')))
    expect(answers.map(({ status }) => status)).toEqual(new Array(50).fill(200))
    // The quickest of ten: on a machine that has other work any of them may have to wait.
    let quickest = Number.POSITIVE_INFINITY
    for (let call = 0; call < 10; call++) quickest = Math.min(quickest, (await mesh.call('/svc/one/after')).ms)
    expect(quickest).toBeLessThan(250)
    // A measurement with room: 1,000 leaked calls with what they hold would be far more.
    expect(residentBytes(mesh.pid) - before).toBeLessThan(60 * MB)
  })

  it.each([
    // One of sixty-four, the one that was alone when it came, may be held until its deadline.
    ['capped', 50, 64, 63],
    ['few', 4, 4, 4],
  ])('a thousand times: of the slots of %s none is lost', { timeout: 300_000 }, async (service, batch, slots, free) => {
    await mesh.call(`/svc/${service}/warm`)
    for (let left = 1_000; left > 0; left -= batch) {
      const calls = Array.from({ length: batch }, () => mesh.open(`/svc/${service}/hang`))
      for (const { response } of calls) response.then((got) => got.resume()).catch(() => {})
      await eventually('they run at the upstream', () => upstream.running >= Math.min(batch, free))
      for (const { reset } of calls) reset()
      await nothingRuns()
    }
    const held = Array.from({ length: slots }, () => mesh.open(`/svc/${service}/hang`))
    // Whatever comes of this test: the next one begins with nothing running.
    onTestFinished(() => {
      for (const { reset } of held) reset()
    })
    const statuses: (number | undefined)[] = []
    for (const { response } of held) response.then(({ statusCode }) => statuses.push(statusCode)).catch(() => {})
    await eventually('all are sent or refused', () => upstream.running + statuses.length === slots)
    expect(upstream.running).toBeGreaterThanOrEqual(free)

    // All of them are taken now: one more is refused at once.
    const before = upstream.hits('/after')
    const refused = await mesh.call(`/svc/${service}/after`)
    expect(refused.status).toBe(503)
    expect(refused.headers).toMatchObject({ 'selvedge-error': 'overloaded', 'selvedge-retryable': 'true' })
    expect(refused.headers['retry-after']).toMatch(/^[123]$/)
    expect(upstream.hits('/after')).toBe(before)
    for (const { reset } of held) reset()
    await nothingRuns()
    expect((await mesh.call(`/svc/${service}/again`)).status).toBe(200)
  })

  it('is not held against the endpoint: it gets its share again', async () => {
    const slowly: Upstream['override'] = (_, response) => setTimeout(() => response.end('done'), 40)
    other.override = slowly
    upstream.override = (request) => request.resume()
    const arrived = () => upstream.seen.length + other.seen.length
    for (let batch = 0; batch < 5; batch++) {
      const before = arrived()
      const calls = Array.from({ length: 12 }, () => mesh.open('/svc/two/'))
      for (const { response } of calls) response.then((got) => got.resume()).catch(() => {})
      await eventually('all of them have arrived', () => arrived() - before === calls.length)
      await sleep(60)
      for (const { reset } of calls) reset()
      await nothingRuns()
    }
    const aborted = upstream.seen.filter(({ path, end }) => path === '/' && end === 'aborted').length
    expect(aborted).toBeGreaterThan(5)

    upstream.override = slowly
    const before = upstream.seen.length
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(Array.from({ length: 8 }, () => mesh.call('/svc/two/again')))
    }
    // Of 80. An endpoint with a dozen calls never given back, or a penalty of seconds, would see none.
    expect(upstream.seen.length - before).toBeGreaterThan(12)
  })
})
