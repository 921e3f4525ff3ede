/** Hedging over real connections: the second try answers, and the first sees its connection closed. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { type Echo, type Seen, startUpstream, type Upstream } from '../support/servers.ts'

const hedge = { delay: '50ms', maxExtraLoad: 100 }

/** Five chunks, 20 ms apart. */
async function stream(response: ServerResponse): Promise<void> {
  for (let chunk = 0; chunk < 5; chunk++) {
    response.write(`chunk ${chunk}\n`)
    await sleep(20)
  }
  response.end()
}

describe('a service that is hedged', () => {
  let upstreams: Upstream[] = []
  let mesh: MeshWorker

  beforeAll(async () => {
    upstreams = await Promise.all([startUpstream('one'), startUpstream('other')])
    const endpoints = upstreams.map(({ url }) => url)
    const names = ['slow', 'posted', 'plain', 'streamed', 'left']
    mesh = await startMesh({
      records: Object.fromEntries(
        names.map((name) => [name, name === 'plain' ? { endpoints } : { endpoints, hedge, retryConstraint: 'off' }]),
      ),
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await Promise.all(upstreams.map((upstream) => upstream.close()))
  })

  /** What reached the upstreams at this path, and where. */
  const seen = (path: string) =>
    upstreams.flatMap(({ name, seen }) => seen.filter((one) => one.path === path).map((one) => ({ name, one })))
  const ofAttempt = (path: string, number: number): Seen | undefined =>
    seen(path).find(({ one }) => one.headers['selvedge-attempt'] === String(number))?.one

  /** The first attempt never ends; the others are answered as ever. */
  function hangFirst(path: string): void {
    for (const upstream of upstreams) {
      upstream.override = (request, response) => {
        if (request.url?.startsWith(path) && request.headers['selvedge-attempt'] === '1') return request.resume()
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ upstream: upstream.name, headers: request.headers }))
      }
    }
  }

  it('is answered by the other endpoint, while the first sees its connection closed', async () => {
    hangFirst('/a')
    const answer = await mesh.call('/svc/slow/a')
    expect(answer.status).toBe(200)
    expect(answer.ms).toBeGreaterThanOrEqual(45)
    expect(answer.ms).toBeLessThan(10_000)
    await eventually('the first attempt ends at its upstream', () => ofAttempt('/a', 1)?.end === 'aborted')
    expect(ofAttempt('/a', 2)?.end).toBe('answered')
    expect(new Set(seen('/a').map(({ name }) => name)).size).toBe(2)
    expect((answer.json as Echo).headers['selvedge-attempt']).toBe('2')
    expect(answer.headers['proxy-status']).toContain('2 attempts were made')
  })

  it('has its answer streamed to the end, though the other attempt was called off', async () => {
    for (const upstream of upstreams) {
      upstream.override = (request, response) => {
        if (request.headers['selvedge-attempt'] !== '1') void stream(response)
      }
    }
    const answer = await mesh.call('/svc/streamed/stream')
    expect(answer.body.toString()).toBe('chunk 0\nchunk 1\nchunk 2\nchunk 3\nchunk 4\n')
    await eventually('the first attempt ends at its upstream', () => ofAttempt('/stream', 1)?.end === 'aborted')
  })

  it('a caller that hangs up closes both connections', async () => {
    for (const upstream of upstreams) upstream.override = (request) => request.resume()
    const hung = mesh.open('/svc/left/both')
    await eventually('both attempts have arrived', () => seen('/both').length === 2)
    expect(seen('/both').map(({ one }) => one.end)).toEqual([undefined, undefined])
    hung.reset()
    await eventually('both end', () => seen('/both').every(({ one }) => one.end === 'aborted'))
  })

  it.each([
    ['it is a POST', 'posted', { method: 'POST', body: 'tea' }],
    ['the record does not say so', 'plain', {}],
  ])('is sent once where %s', async (_, service, options) => {
    for (const upstream of upstreams) upstream.override = undefined
    const before = seen('/slow').length
    expect((await mesh.call(`/svc/${service}/slow?ms=200`, options)).text).toBe('slow')
    expect(seen('/slow').length - before).toBe(1)
  })
})
