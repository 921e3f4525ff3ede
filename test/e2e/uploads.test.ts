/** Bodies that break off, stall or crawl, said on raw sockets to a bare workerd: honest callers beside them notice nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type KvServer, startKv } from '../support/kv-server.ts'
import { residentBytes } from '../support/mesh-worker.ts'
import { type RawClient, rawClient } from '../support/raw-socket.ts'
import { type RawWorkerd, startRawWorkerd } from '../support/raw-workerd.ts'
import { noise, startUpstream, type Upstream } from '../support/servers.ts'

const MB = 1024 * 1024
/** Of this length, and of these bytes of it. */
const half = (path: string, sent = 'half of it', length = 65) =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${length}\r\n\r\n${sent}`
const chunked = (path: string, chunks: string) =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`

describe('a body that', () => {
  let first: Upstream
  let second: Upstream
  let kv: KvServer
  let mesh: RawWorkerd
  let names = 0
  const clients: RawClient[] = []

  beforeAll(async () => {
    first = await startUpstream('first')
    second = await startUpstream('second')
    kv = await startKv()
    mesh = await startRawWorkerd(kv.address)
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.reset()
    first.override = undefined
    second.override = undefined
  })
  afterAll(async () => {
    await mesh?.dispose()
    kv?.close()
    await first?.close()
    await second?.close()
  })

  /** A service that nobody has called before. */
  function service(record: object): string {
    const name = `uploads-${++names}`
    kv.put(name, record)
    return `/svc/${name}`
  }
  const pair = (policy: object = {}) => service({ endpoints: [first.url, second.url], ...policy })

  async function say(text: string): Promise<RawClient> {
    const client = await rawClient(mesh.url, text)
    clients.push(client)
    return client
  }

  /** Which endpoints answer so many calls: with a body and without. */
  async function asked(path: string, calls = 96): Promise<Record<string, number>> {
    const answers: Record<string, number> = {}
    const ask = async (number: number) => {
      const options = number % 2 === 0 ? {} : { method: 'POST', body: 'honest' }
      const answer = await mesh.call(`${path}/honest`, options)
      const who = answer.status === 200 ? answer.json.upstream : `${answer.status}`
      answers[who] = (answers[who] ?? 0) + 1
    }
    // Several at once: of one after the other the endpoint that is a little quicker would have all.
    for (let number = 0; number < calls; number += 4) {
      await Promise.all(Array.from({ length: Math.min(4, calls - number) }, (_, index) => ask(number + index)))
    }
    return answers
  }

  const ways: [string, (path: string) => Promise<void>][] = [
    ['closes', async (path) => (await say(half(path))).end()],
    ['is reset', async (path) => (await say(half(path))).reset()],
    ['is reset within a long one', async (path) => (await say(half(path, 'x'.repeat(100_000), 1_000_000))).reset()],
    ['closes within a long one', async (path) => (await say(half(path, 'x'.repeat(100_000), 1_000_000))).end()],
    ['has a broken chunk', async (path) => void (await say(chunked(path, '3\r\nabc\r\nzz\r\n')))],
    ['closes between chunks', async (path) => (await say(chunked(path, '3\r\nabc\r\n'))).end()],
    ['closes, of a GET', async (path) => (await say(half(path).replace('POST', 'GET'))).end()],
  ]

  describe.each(ways)('%s', (_, breakOff) => {
    it('ejects nobody, and costs no retry', async () => {
      // By turns: by latency the endpoint that is a little quicker may have nearly all.
      const path = pair({ loadBalancer: 'round-robin' })
      await asked(path, 4)
      for (let count = 0; count < 12; count++) {
        await breakOff(`${path}/echo`)
        await sleep(10)
      }
      await sleep(200)
      const answers = await asked(path)
      expect(Object.keys(answers).sort()).toEqual(['first', 'second'])
      expect(Math.min(...Object.values(answers))).toBeGreaterThanOrEqual(40)
      // The budget was not emptied, nor was the run of failures that stops it.
      const again = await mesh.call(`${path}/until?attempt=2&code=503`)
      expect([again.status, again.text]).toEqual([200, 'at last'])
    })

    it('fails nobody over', async () => {
      const one = service({ endpoints: [first.url] }).slice('/svc/'.length)
      const other = service({ endpoints: [second.url] }).slice('/svc/'.length)
      const path = service({ alias: [one, other] })
      expect(await asked(path, 2)).toEqual({ first: 2 })
      for (let count = 0; count < 5; count++) {
        await breakOff(`${path}/echo`)
        await sleep(10)
      }
      await sleep(200)
      expect(await asked(path, 4)).toEqual({ first: 4 })
    })
  })

  it('breaks off is told so, where its caller still listens', async () => {
    const path = pair()
    const client = await say(half(`${path}/echo`))
    await sleep(50)
    client.end()
    expect(await client.answered()).toBe(400)
    expect(client.received).toMatch(/selvedge-error: body_broken/i)
  })

  it('stalls holds no slot, is counted apart, and is ended with 408', async () => {
    const path = service({
      endpoints: [first.url],
      limits: { maxInFlight: 4 },
      timeouts: { bodyIdle: '1s', backendRequest: '200ms' },
    })
    await asked(path, 2)
    const stalled = await Promise.all(Array.from({ length: 70 }, () => say(half(`${path}/echo`))))
    await eventually('as many as may be are sent', () => first.running >= 64, 3_000)
    expect(await asked(path, 12)).toEqual({ first: 12 })
    await eventually(
      'those beyond the cap are refused',
      () => stalled.filter(({ status }) => status === 503).length === 6,
    )
    const refused = stalled.find(({ status }) => status === 503)
    expect(refused?.received).toMatch(/selvedge-error: overloaded/i)
    await eventually('the others are ended', () => stalled.filter(({ status }) => status === 408).length === 64, 5_000)
    expect(stalled.find(({ status }) => status === 408)?.received).toMatch(/selvedge-error: body_idle/i)
    await eventually('the endpoint is rid of them', () => first.running === 0)
    expect(await asked(path, 4)).toEqual({ first: 4 })
    // Their places are free again.
    const next = await say(half(`${path}/echo`, 'x'.repeat(64)))
    await sleep(50)
    next.send('y')
    expect(await next.answered()).toBe(200)
  })

  it('crawls does not make honest calls too late, nor is it too late itself', async () => {
    const path = pair({ timeouts: { backendRequest: '300ms' } })
    await asked(path, 4)
    const slow = await Promise.all(Array.from({ length: 24 }, () => say(half(`${path}/echo`, '', 5))))
    for (let count = 0; count < 5; count++) {
      await sleep(200)
      for (const client of slow) client.send('x')
    }
    for (const client of slow) expect(await client.answered()).toBe(200)
    // What the crawling took is nobody's latency: calls with little time are sent.
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => mesh.call(`${path}/honest`, { headers: { 'selvedge-timeout-ms': '250' } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200))
  })

  it('is answered before it is read, by an endpoint that then closes, is not held against that one', async () => {
    const path = pair()
    await asked(path, 4)
    first.override = (request, response) => {
      if (request.method !== 'PUT') return void response.end(JSON.stringify({ upstream: 'first' }))
      response.writeHead(413, { connection: 'close' }).end('too much', () => request.socket.destroy())
    }
    // Ten in a row that are cut off eject, as refusals do; whether the answer or the reset comes first is chance.
    for (let count = 0; count < 9; count++) {
      const upload = mesh.open(`${path}/upload`, { method: 'PUT', body: noise(20 * MB) })
      await upload.response.then((response) => response.resume()).catch(() => {})
      upload.reset()
    }
    expect((await asked(path)).first ?? 0).toBeGreaterThanOrEqual(3)
  })

  it('comes keeps its length, however it comes; and one without a length goes without', async () => {
    const path = pair()
    const answer = await mesh.call(`${path}/echo`, { method: 'POST', body: 'x'.repeat(1_000) })
    expect(answer.json.headers).toMatchObject({ 'content-length': '1000' })
    const long = await mesh.call(`${path}/echo`, { method: 'PUT', body: 'x'.repeat(200_000) })
    expect([long.json.headers['content-length'], long.json.body.length]).toEqual(['200000', 200_000])

    const slow = await say(half(`${path}/echo`, 'a', 3))
    for (const byte of 'bc') {
      await sleep(50)
      slow.send(byte)
    }
    expect(await slow.answered()).toBe(200)
    await eventually('the answer is there', () => slow.received.includes('"body":"abc"'))
    expect(slow.received).toContain('"content-length":"3"')

    const open = await say(chunked(`${path}/echo`, '3\r\nabc\r\n0\r\n\r\n'))
    expect(await open.answered()).toBe(200)
    await eventually('the answer is there', () => open.received.includes('"body":"abc"'))
    expect(open.received).toContain('"transfer-encoding":"chunked"')
  })

  it('of a GET passes, and so does one that says that it is empty', async () => {
    const path = pair()
    for (const [method, body] of [
      ['GET', 'a query'],
      ['GET', ''],
      ['POST', ''],
    ] as const) {
      const client = await say(half(`${path}/echo`, body, body.length).replace('POST', method))
      expect(await client.answered()).toBe(200)
      await eventually('the answer is there', () => client.received.includes(`"body":"${body}"`))
    }
  })

  it('of any method is copied by a mirror', async () => {
    const copies = service({ endpoints: [second.url] }).slice('/svc/'.length)
    const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: copies } } }
    const path = service({ endpoints: [first.url], rules: [{ filters: [mirror] }] })
    for (const [method, query] of [
      ['GET', 'a'],
      ['HEAD', 'b'],
      ['POST', 'c'],
    ] as const) {
      const client = await say(half(`${path}/copied?${query}`, 'content', 7).replace('POST', method))
      expect(await client.answered()).toBe(200)
      const arrived = (upstream: Upstream) => upstream.seen.find(({ target }) => target === `/copied?${query}`)
      const copy = await eventually('the copy arrives', () => arrived(second))
      await eventually('with its content', () => copy.received === 7 && arrived(first)?.received === 7)
    }
  })

  it('costs what it weighs, however small its chunks are', async () => {
    const path = service({ endpoints: [first.url] })
    await asked(path, 8)
    const before = residentBytes(mesh.pid)
    const one = '1\r\nx\r\n'.repeat(10_000)
    const puts = Array.from({ length: 4 }, () => say(chunked(`${path}/upload`, one).replace('POST', 'PUT')))
    const open = await Promise.all(puts)
    await eventually('all have arrived', () => first.seen.filter(({ received }) => received === 10_000).length === 4)
    // A measurement with room: they weighed 200 MB. What is left is what it takes to read 40,000 chunks, not to hold them.
    expect(residentBytes(mesh.pid) - before).toBeLessThan(120 * MB)
    for (const client of open) client.send('0\r\n\r\n')
    for (const client of open) expect(await client.answered()).toBe(200)
  })

  it('of an answer passes, whatever its status', async () => {
    first.override = (request, response) => {
      request.resume()
      response.writeHead(799, { server: 'odd' }).write('odd, ')
      response.end('but so it is')
    }
    const answer = await mesh.call(service({ endpoints: [first.url] }))
    expect([answer.status, answer.text]).toEqual([799, 'odd, but so it is'])
  })

  it('flows: the endpoint has its first half before the second is sent', async () => {
    const path = service({ endpoints: [first.url] })
    const client = await say(half(`${path}/upload`, 'x'.repeat(30), 60).replace('POST', 'PUT'))
    const seen = await eventually('it arrives', () =>
      first.seen.find(({ headers }) => headers['content-length'] === '60'),
    )
    await eventually('half of it is there', () => seen.received === 30)
    client.send('x'.repeat(30))
    expect(await client.answered()).toBe(200)
  })

  it('is sent to an endpoint that is gone goes to another, with what came so far', async () => {
    const gone = await startUpstream('gone')
    await gone.close()
    const path = service({ endpoints: [gone.url, second.url], retryConstraint: 'off', loadBalancer: 'round-robin' })
    let retried = 0
    for (let count = 0; count < 12; count++) {
      const client = await say(half(`${path}/echo`, 'abc', 6).replace('POST', 'PUT'))
      await sleep(60)
      client.send('def')
      expect(await client.answered()).toBe(200)
      await eventually('the answer is there', () => client.received.includes('"body":"abcdef"'))
      if (client.received.includes('2 attempts were made')) retried += 1
    }
    // Whose doing that was is known: nothing had been taken of the body.
    expect(retried).toBe(3)
  })

  it('an endpoint did not take is sent again, whatever the method', async () => {
    const path = service({ endpoints: [first.url] })
    let calls = 0
    first.override = (request, response) => {
      calls += 1
      if (calls === 1)
        return void request.resume().on('end', () => response.writeHead(503, { 'selvedge-retryable': 'true' }).end())
      const chunks: Buffer[] = []
      request
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', () => response.end(Buffer.concat(chunks)))
        .resume()
    }
    const answer = await mesh.call(`${path}/orders`, { method: 'POST', body: 'one tea' })
    expect([answer.status, answer.text, calls]).toEqual([200, 'one tea', 2])
  })
})
