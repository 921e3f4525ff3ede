/** Bodies that are sent, and bodies that are counted. */
import { HELD_BYTES } from './shapes.ts'

// Blobs and numbers may outlive a request. A Blob is sent as it is, where text or an array would be copied first.
const blobs = new Map<number, Blob>()

export function blobOf(length: number): Blob {
  const blob = blobs.get(length) ?? new Blob([new Uint8Array(length).fill(0x20)])
  blobs.set(length, blob)
  return blob
}

/** As a client writes a small body, and as it comes by who only passes it on where it is long. */
export function bytesOf(length: number): string | Blob {
  return length > HELD_BYTES ? blobOf(length) : 'x'.repeat(length)
}

/** How many bytes a body has, of which so many are expected. */
export async function lengthOf(message: Request | Response, expected: number): Promise<number> {
  if (expected <= HELD_BYTES) return (await message.arrayBuffer()).byteLength
  let total = 0
  const reader = (message.body as ReadableStream).getReader({ mode: 'byob' })
  for (let buffer = new Uint8Array(262_144); ; ) {
    const { done, value } = await reader.readAtLeast(buffer.byteLength, buffer)
    total += value?.byteLength ?? 0
    if (done) return total
    buffer = new Uint8Array(value.buffer)
  }
}
