import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cancellation } from '../../../src/core/cancellation.ts'
import { onceBody, REPLAY_LIMIT_BYTES, replayBody } from '../../../src/filters/retry/replay.ts'
import { failureOf } from '../../support/call.ts'

const seed = 3
const never = cancellation(false)

/** A body that comes in chunks of these sizes. Each byte says where it stands. */
function chunked(sizes: readonly number[]): { request: Request; bytes: Uint8Array; cancelled: () => unknown } {
  const length = sizes.reduce((sum, size) => sum + size, 0)
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255)
  let offset = 0
  let next = 0
  let reason: unknown
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = sizes[next++]
      if (size === undefined) return controller.close()
      if (size > 0) controller.enqueue(bytes.slice(offset, offset + size))
      offset += size
      if (size === 0) controller.enqueue(new Uint8Array(0))
    },
    cancel(why) {
      reason = why
    },
  })
  const init = { method: 'PUT', body, duplex: 'half' } as RequestInit
  return { request: new Request('http://users/', init), bytes, cancelled: () => reason }
}

async function read(body: BodyInit | null): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}

/** Two large arrays compare a hundred times faster so. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

describe('replayBody', () => {
  it('has nothing to keep where there is no body', async () => {
    const body = await replayBody(new Request('http://users/'), never)
    expect(body.replayable).toBe(true)
    expect(body.take()).toBeNull()
    expect(body.take()).toBeNull()
  })

  it('gives a small body as often as it is asked for', async () => {
    const body = await replayBody(new Request('http://users/', { method: 'PUT', body: 'tea' }), never)
    expect(body.replayable).toBe(true)
    for (let attempt = 0; attempt < 3; attempt++) expect(await new Response(body.take()).text()).toBe('tea')
  })

  it('keeps 64 KiB, and not a byte more', async () => {
    expect(REPLAY_LIMIT_BYTES).toBe(65_536)
    const fits = chunked([65_536])
    const kept = await replayBody(fits.request, never)
    expect(kept.replayable).toBe(true)
    expect(same(await read(kept.take()), fits.bytes)).toBe(true)
    expect(same(await read(kept.take()), fits.bytes)).toBe(true)

    const large = chunked([65_536, 1])
    const once = await replayBody(large.request, never)
    expect(once.replayable).toBe(false)
    expect(same(await read(once.take()), large.bytes)).toBe(true)
  })

  it('does not read a body that says it is larger', async () => {
    const body = new Uint8Array(65_537)
    const request = new Request('http://users/', { method: 'PUT', body, headers: { 'content-length': '65537' } })
    const replay = await replayBody(request, never)
    expect(replay.replayable).toBe(false)
    // The stream itself, not a copy of it.
    expect(replay.take()).toBe(request.body)
  })

  it('does not believe a body that says it is smaller than it is', async () => {
    const { request, bytes } = chunked([40_000, 40_000])
    request.headers.set('content-length', '10')
    const replay = await replayBody(request, never)
    expect(replay.replayable).toBe(false)
    expect(same(await read(replay.take()), bytes)).toBe(true)
  })

  it(`passes every byte on, however it was cut (seed ${seed})`, async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 50_000 })), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(sizes, async (sizes) => {
        const { request, bytes } = chunked(sizes)
        const replay = await replayBody(request, never)
        expect(replay.replayable).toBe(bytes.length <= REPLAY_LIMIT_BYTES)
        expect(same(await read(replay.take()), bytes)).toBe(true)
        if (replay.replayable) expect(same(await read(replay.take()), bytes)).toBe(true)
      }),
      { seed, numRuns: 100 },
    )
  })

  it('does not read ahead of whoever takes a large body', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        if (pulled > 100) controller.close()
        else controller.enqueue(new Uint8Array(20_000))
      },
    })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const replay = await replayBody(request, never)
    await new Promise((resolve) => setImmediate(resolve))
    expect(replay.replayable).toBe(false)
    // Four chunks are more than 64 KiB; what a stream holds ready by itself comes on top.
    expect(pulled).toBeLessThan(10)
    expect((await read(replay.take())).length).toBe(100 * 20_000)
  })

  it('tells whoever reads a large body that it broke off', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        if (pulled === 6) controller.error(new Error('The client is gone.'))
        else controller.enqueue(new Uint8Array(20_000))
      },
    })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const replay = await replayBody(request, never)
    expect((await failureOf(read(replay.take()))).message).toMatch(/client is gone/)
  })

  it('stops waiting for a body when the caller leaves', async () => {
    const work = cancellation(false)
    let reason: unknown
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new Uint8Array(10)),
      pull: () => new Promise(() => {}),
      cancel(why) {
        reason = why
      },
    })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const replay = replayBody(request, work)
    const left = new Error('The caller left.')
    work.cancel(left)
    expect(await failureOf(replay)).toBe(left)
    expect(reason).toBe(left)
  })
})

describe('onceBody', () => {
  it('is the stream itself, and cannot be sent again', () => {
    const request = new Request('http://users/', { method: 'POST', body: 'tea' })
    const body = onceBody(request)
    expect(body.replayable).toBe(false)
    expect(body.take()).toBe(request.body)
  })

  it('can be sent again where there is nothing to send', () => {
    const body = onceBody(new Request('http://users/', { method: 'POST' }))
    expect(body.replayable).toBe(true)
    expect(body.take()).toBeNull()
  })
})
