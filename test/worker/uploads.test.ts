/** Bodies in workerd, which knows how long they are: what the library sends is what it was given. */
import { describe, expect, it } from 'vitest'
import { knownLength } from '../../src/core/bytes/known-length.ts'
import { createMesh, type Mesh, type MeshOptions } from '../../src/index.ts'
import { memoryRegistry } from '../../src/testing.ts'

const unsaid = () => null
const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index & 255)

/** What left: its body, and how long the platform says it is. */
interface Left {
  readonly body: Uint8Array
  readonly length: number | undefined
}

function given(over: Partial<MeshOptions> = {}): { mesh: Mesh; left: Left[] } {
  const left: Left[] = []
  const mesh = createMesh({
    registry: memoryRegistry({ users: { endpoints: ['https://users.example.com'] } }),
    fetch: async (_, init) => {
      const { body } = new Response(init?.body ?? null)
      const length = body ? knownLength(body, unsaid) : undefined
      left.push({ body: new Uint8Array(await new Response(body).arrayBuffer()), length })
      return new Response()
    },
    ...over,
  })
  return { mesh, left }
}

/** A stream of the platform that is written in pieces, slowly. */
function slowly(pieces: readonly Uint8Array[], length?: number): ReadableStream<Uint8Array> {
  const { readable, writable } = length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length)
  const write = async () => {
    const writer = writable.getWriter()
    for (const piece of pieces) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await writer.write(piece)
    }
    await writer.close()
  }
  write().catch(() => {})
  return readable
}

describe('knownLength', () => {
  it('is what workerd will say of a body', () => {
    const of = (body: BodyInit) =>
      knownLength(new Request('http://users/', { method: 'POST', body }).body as ReadableStream, unsaid)
    expect(of('tea')).toBe(3)
    expect(of(bytes(70_000))).toBe(70_000)
    expect(of(new FixedLengthStream(7).readable)).toBe(7)
    expect(of(new IdentityTransformStream().readable)).toBeUndefined()
    expect(of(new ReadableStream())).toBeUndefined()
  })
})

describe('the library', () => {
  it.each(['0', '2', '900000'])('sends the body it is given, not what a header says of it: %s', async (said) => {
    const { mesh, left } = given()
    const headers = { 'content-length': said }
    await mesh.fetch('http://users/', { method: 'POST', headers, body: 'one tea' })
    const streamed = { method: 'POST', headers, body: slowly([bytes(20), bytes(30)]) }
    await mesh.fetch('http://users/', streamed)
    await mesh.fetch(new Request('http://users/', { ...streamed, body: slowly([bytes(70_000), bytes(30)]) }))
    expect(left.map(({ body, length }) => [body.length, length])).toEqual([
      [7, 7],
      [50, undefined],
      [70_030, undefined],
    ])
  })

  it.each([
    ['at once', [bytes(300)]],
    ['in pieces', [bytes(100), bytes(100), bytes(100)]],
    ['in more than is kept', [bytes(60_000), bytes(60_000), bytes(60_000)]],
  ])('keeps the length of a body that comes %s', async (_, pieces) => {
    const { mesh, left } = given()
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const request = new Request('http://front/', { method: 'POST', body: slowly(pieces, length) })
    // As a handler passes it on.
    await mesh.fetch('http://users/', { method: 'PUT', body: request.body })
    expect(left.map(({ body, length }) => [body.length, length])).toEqual([[length, length]])
    expect(left[0]?.body).toEqual(new Uint8Array(await new Blob(pieces).arrayBuffer()))
  })

  it('tells a body that fails from an endpoint that does', async () => {
    const { mesh } = given()
    const cause = new Error('no more')
    for (const type of [undefined, 'bytes'] as const) {
      const body = new ReadableStream({
        type,
        pull: (controller: { error(e: unknown): void }) => controller.error(cause),
      } as UnderlyingSource)
      await expect(mesh.fetch('http://users/', { method: 'POST', body })).rejects.toMatchObject({ code: 'body_broken' })
    }
  })
})
