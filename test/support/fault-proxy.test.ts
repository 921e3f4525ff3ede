import { Agent, request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FaultProxy, faultProxy } from './fault-proxy.ts'
import { call, open } from './http-client.ts'
import { startUpstream, type Upstream } from './servers.ts'

describe('faultProxy', () => {
  let upstream: Upstream
  let proxy: FaultProxy

  beforeAll(async () => {
    upstream = await startUpstream()
    proxy = await faultProxy(upstream.url)
  })
  afterEach(() => proxy.set('pass'))
  afterAll(async () => {
    await proxy.close()
    await upstream.close()
  })

  const echo = () => call(`${proxy.url}/echo`)
  const download = (bytes: number) => call(`${proxy.url}/download?bytes=${bytes}`)

  it('passes a call and its answer', async () => {
    const answer = await call(`${proxy.url}/echo?x=1`, { method: 'POST', body: 'hello' })
    expect(answer.json).toMatchObject({ method: 'POST', url: '/echo?x=1', body: 'hello' })
    expect((await download(300_000)).body.length).toBe(300_000)
  })

  it('resets before headers, and forwards nothing', async () => {
    await proxy.set('reset')
    const before = upstream.seen.length
    await expect(echo()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(upstream.seen.length).toBe(before)
  })

  it('resets after so many bytes', async () => {
    await proxy.set({ resetAfterBytes: 500 })
    const response = await open(`${proxy.url}/download?bytes=100000`).response
    const read = async () => {
      let bytes = 0
      for await (const chunk of response.on('error', () => {})) bytes += (chunk as Buffer).length
      return bytes
    }
    await expect(read()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('ends an answer early, with FIN', async () => {
    await proxy.set({ halfCloseAfterBytes: 10 })
    await expect(echo()).rejects.toThrow('socket hang up')
    await proxy.set({ halfCloseAfterBytes: 500 })
    await expect(download(100_000)).rejects.toThrow('aborted')
  })

  it('delays', async () => {
    await proxy.set({ delayMs: 60 })
    expect((await echo()).ms).toBeGreaterThan(58)
  })

  it('drips', async () => {
    await proxy.set({ dripBytes: 100, everyMs: 5 })
    const answer = await download(2_000)
    expect(answer.body.length).toBe(2_000)
    expect(answer.ms).toBeGreaterThan(90)
  })

  it('swallows what a black hole is given, and gives it back to no one', async () => {
    await proxy.set('black-hole')
    const before = upstream.seen.length
    const hung = open(`${proxy.url}/echo`)
    const answered = await Promise.race([
      hung.response.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 100, false)),
    ])
    hung.reset()
    expect(answered).toBe(false)
    expect(upstream.seen.length).toBe(before)
  })

  it('refuses, and listens again at the same port', async () => {
    await proxy.set('refuse')
    await expect(echo()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await proxy.set('pass')
    expect((await echo()).status).toBe(200)
  })

  it('switches for connections that are already open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const get = () =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${proxy.url}/echo`, { agent }, (response) =>
          response.resume().on('end', () => resolve(response.statusCode)),
        )
          .on('error', reject)
          .end()
      })
    expect(await get()).toBe(200)
    const before = proxy.accepted
    await proxy.set('reset')
    await expect(get()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(proxy.accepted).toBe(before)
    agent.destroy()
  })
})
