import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keptUpload, REPLAY_LIMIT_BYTES, type Upload, uploadOf, whenClosed } from '../../../src/core/bytes/upload.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { failureOf } from '../../support/call.ts'
import { type Sender, sending } from '../../support/sender.ts'

const seed = 3

/** Bytes of which each says where it stands. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255)
}

/** A body that its sender sends as the test says. */
function given(clock = virtualClock(), isPipeable = false): Sender & { upload: Upload } {
  const sender = sending()
  const upload = uploadOf(sender.request, clock, isPipeable) as Upload
  upload.start()
  return { ...sender, upload }
}

async function read(body: BodyInit | null): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}

const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('an upload', () => {
  it('is none where there is no body, and one whatever a header says of its length', () => {
    const clock = virtualClock()
    expect(uploadOf(new Request('http://users/'), clock)).toBeUndefined()
    expect(uploadOf(new Request('http://users/', { method: 'POST' }), clock)).toBeUndefined()
    const headers = { 'content-length': '0' }
    expect(uploadOf(new Request('http://users/', { method: 'POST', body: 'tea', headers }), clock)).toBeDefined()
  })

  it('passes on while it is sent: an attempt does not wait for its end', async () => {
    const { upload, send, end } = given()
    const reader = (upload.take() as ReadableStream<Uint8Array>).getReader()
    send('one')
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('one')
    expect([upload.isOpen(), upload.isReplayable()]).toEqual([true, true])
    send('two')
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('two')
    end()
    expect((await reader.read()).done).toBe(true)
    expect([upload.isOpen(), upload.isReplayable()]).toEqual([false, true])
  })

  it('gives what is kept again, and what is still to come', async () => {
    const { upload, send, end } = given()
    const first = (upload.take() as ReadableStream<Uint8Array>).getReader()
    send('one ')
    await first.read()
    await first.cancel()
    const second = read(upload.take())
    send('two')
    end()
    expect(Buffer.from(await second).toString()).toBe('one two')
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(Buffer.from(await read(upload.take())).toString()).toBe('one two')
    }
  })

  it('keeps 64 KiB, and not a byte more', async () => {
    expect(REPLAY_LIMIT_BYTES).toBe(65_536)
    for (const [more, isReplayable] of [
      [0, true],
      [1, false],
    ] as const) {
      const { upload, send, end } = given()
      const bytes = noise(REPLAY_LIMIT_BYTES + more)
      const body = read(upload.take())
      send(bytes.slice(0, REPLAY_LIMIT_BYTES))
      if (more > 0) send(bytes.slice(REPLAY_LIMIT_BYTES))
      end()
      expect(same(await body, bytes)).toBe(true)
      expect(upload.isReplayable()).toBe(isReplayable)
      expect(upload.isOpen()).toBe(false)
    }
  })

  it(`passes every byte on, however it was cut (seed ${seed})`, async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 50_000 })), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), fc.boolean(), async (sizes, isLate, isPipeable) => {
        const { upload, send, end } = given(virtualClock(), isPipeable)
        const bytes = noise(sizes.reduce((sum, size) => sum + size, 0))
        let body = isLate ? undefined : read(upload.take())
        let at = 0
        for (const size of sizes) {
          if (size > 0) send(bytes.slice(at, at + size))
          at += size
        }
        end()
        if (isLate) await turn()
        body ??= read(upload.take())
        expect(same(await body, bytes)).toBe(true)
        expect(upload.isReplayable()).toBe(bytes.length <= REPLAY_LIMIT_BYTES)
        if (upload.isReplayable()) expect(same(await read(upload.take()), bytes)).toBe(true)
      }),
      { seed, numRuns: 100 },
    )
  })

  it('does not read ahead of whoever takes a large one', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        if (pulled > 100) controller.close()
        else controller.enqueue(new Uint8Array(20_000))
      },
    })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const upload = uploadOf(request, virtualClock()) as Upload
    upload.start()
    const taken = upload.take()
    await turn()
    // Four chunks are more than 64 KiB; what a stream holds ready by itself comes on top.
    expect(pulled).toBeLessThan(10)
    expect((await read(taken)).length).toBe(100 * 20_000)
  })

  it.each([true, false])('tells whoever reads it that it broke off, and says why: piped %s', async (isPipeable) => {
    for (const length of [10, 100_000]) {
      const { upload, send, fail } = given(virtualClock(), isPipeable)
      const body = failureOf(read(upload.take()))
      send(new Uint8Array(length))
      await turn()
      fail(new Error('The client is gone.'))
      expect((await body).message).toMatch(/client is gone/)
      // Of what is piped unseen it cannot be told which side broke.
      expect(upload.failure()?.cause).toEqual(length === 10 ? new Error('The client is gone.') : undefined)
      expect(upload.isOpen()).toBe(length !== 10)
    }
  })

  describe('whose connection to an endpoint breaks', () => {
    it('is that one’s affair, while its caller sends at once and the endpoint takes little', async () => {
      const { upload, send, end } = given()
      const reader = (upload.take() as ReadableStream<Uint8Array>).getReader()
      send('one')
      await reader.read()
      expect(upload.isUntold()).toBe(false)
      end()
      await turn()
      expect(upload.isUntold()).toBe(false)
    })

    it('may be the caller’s after a second in which it did not send all', async () => {
      const clock = virtualClock()
      const { upload, send, end } = given(clock)
      upload.take()
      await clock.advance(999)
      send('one')
      expect(upload.isUntold()).toBe(false)
      await clock.advance(1)
      expect(upload.isUntold()).toBe(true)
      end()
      await turn()
      expect(upload.isUntold()).toBe(false)
    })

    it('may be the caller’s once more was taken than a connection that is not there would take', async () => {
      for (const [length, isUntold] of [
        [49_152, false],
        [60_000, true],
      ] as const) {
        const { upload, send } = given()
        const reader = (upload.take() as ReadableStream<Uint8Array>).getReader()
        send(new Uint8Array(length))
        for (let read = 0; read < length; ) read += (await reader.read()).value?.length ?? 0
        await turn()
        expect(upload.isUntold()).toBe(isUntold)
      }
    })

    it('is long, where more has come than is kept and the endpoint has not taken that', async () => {
      const { upload, send } = given()
      const reader = (upload.take() as ReadableStream<Uint8Array>).getReader()
      send(new Uint8Array(40_000))
      await turn()
      expect(upload.isFull()).toBe(false)
      send(new Uint8Array(40_000))
      await reader.read()
      await turn()
      expect([upload.isFull(), upload.isUntold()]).toEqual([true, false])
    })

    it('may be the caller’s while the rest is piped, and not when it was', async () => {
      const { upload, send, end } = given()
      const body = read(upload.take())
      send(new Uint8Array(100_000))
      await turn()
      expect(upload.isUntold()).toBe(true)
      end()
      await body
      await turn()
      expect(upload.isUntold()).toBe(false)
    })
  })

  it('is given back to its sender when it is called off', async () => {
    const { upload, reason } = given()
    const body = failureOf(read(upload.take()))
    const left = new Error('The caller left.')
    upload.cancel(left)
    expect(reason()).toBe(left)
    expect(await body).toBeInstanceOf(Error)
    expect(upload.isOpen()).toBe(false)
  })

  it.each([true, false])('is given back to its sender when nobody wants the rest: piped %s', async (isPipeable) => {
    const { upload, send, reason } = given(virtualClock(), isPipeable)
    const reader = (upload.take() as ReadableStream<Uint8Array>).getReader()
    send(new Uint8Array(70_000))
    for (let read = 0; read < 70_000; ) read += (await reader.read()).value?.length ?? 0
    await turn()
    expect(reason()).toBeUndefined()
    const enough = new Error('enough')
    await reader.cancel(enough)
    await turn()
    expect(reason()).toBe(enough)
  })

  it('is heard of: when its sender was last, and when it ends', async () => {
    const clock = virtualClock()
    const { upload, send, end } = given(clock)
    let closedAt: number | undefined
    whenClosed(upload, () => {
      closedAt = clock.now()
    })
    const startedAt = clock.now()
    await clock.advance(100)
    send('one')
    await turn()
    expect([upload.heardAt() - startedAt, closedAt]).toEqual([100, undefined])
    await clock.advance(100)
    end()
    await turn()
    expect([upload.heardAt() - startedAt, closedAt]).toEqual([200, startedAt + 200])
  })

  it('gives all of it to whoever wants it whole', async () => {
    const small = given()
    const whole = small.upload.whole()
    small.send('one')
    small.end()
    expect(Buffer.from((await whole) ?? []).toString()).toBe('one')

    const large = given()
    large.send(new Uint8Array(70_000))
    expect(await large.upload.whole()).toBeUndefined()

    const broken = given()
    broken.fail(new Error('gone'))
    expect(await broken.upload.whole()).toBeUndefined()
  })

  it('can be had of bytes that are there', async () => {
    const request = new Request('http://users/', { method: 'PUT' })
    const upload = keptUpload(request, virtualClock(), new Uint8Array(3))
    expect([upload.isOpen(), upload.isReplayable(), upload.isUntold()]).toEqual([false, true, false])
    expect((await read(upload.take())).length).toBe(3)
    expect((await upload.whole())?.length).toBe(3)
  })
})
