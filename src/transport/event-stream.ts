/** Amazon's event stream (`application/vnd.amazon.eventstream`): messages with headers, one after another. */
import { joined } from './whole.ts'

export interface EventMessage {
  /** Of string headers alone: there are no others where we read. */
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

/** Total length, length of the headers, and the checksum of these two. */
const PRELUDE_BYTES = 12
/** The checksum of the whole, at the end. */
const TRAILER_BYTES = 4
/** A message, at most: 16 MiB of payload and 128 KiB of headers (the specification). */
const MOST_BYTES = 16_777_216 + 131_072 + PRELUDE_BYTES + TRAILER_BYTES
const STRING = 7

/**
 * Reads messages as they come, and nothing ahead. The checksum of each prelude is checked, since all that follows is
 * found by it; that of the payload is left to TLS, which has done the same work.
 */
export function eventMessages(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader()
  let chunks: Uint8Array[] = []
  let bytes = 0

  /** The next `count` bytes, left where they are; `undefined` at the end. */
  async function peek(count: number): Promise<Uint8Array | undefined> {
    while (bytes < count) {
      const { done, value } = await reader.read()
      if (done) return undefined
      chunks.push(value)
      bytes += value.length
    }
    const whole = joined(chunks, bytes)
    chunks = [whole]
    return whole.subarray(0, count)
  }

  function skip(count: number): void {
    const [whole = new Uint8Array()] = chunks
    bytes -= count
    chunks = bytes === 0 ? [] : [whole.subarray(count)]
  }

  return {
    /**
     * The next message; `undefined` at the end.
     *
     * @throws {Error} for what is no event stream, or ends within a message.
     */
    async next(): Promise<EventMessage | undefined> {
      const prelude = await peek(PRELUDE_BYTES)
      if (!prelude) {
        if (bytes > 0) throw new Error('The event stream ends within a message.')
        return undefined
      }
      const view = new DataView(prelude.buffer, prelude.byteOffset)
      const total = view.getUint32(0)
      const headerBytes = view.getUint32(4)
      const isPrelude = view.getUint32(8) === crc32(prelude.subarray(0, 8))
      if (!isPrelude || total > MOST_BYTES || headerBytes + PRELUDE_BYTES + TRAILER_BYTES > total) {
        throw new Error('This is no event stream.')
      }
      const message = await peek(total)
      if (!message) throw new Error('The event stream ends within a message.')
      const headers = headersOf(message.subarray(PRELUDE_BYTES, PRELUDE_BYTES + headerBytes))
      const payload = message.slice(PRELUDE_BYTES + headerBytes, total - TRAILER_BYTES)
      skip(total)
      return { headers, payload }
    },
    cancel: (reason?: unknown) => reader.cancel(reason),
  }
}

/** Length and name, then a type, then length and value. Whoever sends another type than strings is not understood. */
function headersOf(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoder = new TextDecoder()
  const headers: Record<string, string> = {}
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + view.getUint8(at)
    const name = decoder.decode(bytes.subarray(at + 1, nameEnd))
    if (view.getUint8(nameEnd) !== STRING) throw new Error(`The event stream's header "${name}" is no string.`)
    const valueAt = nameEnd + 3
    at = valueAt + view.getUint16(nameEnd + 1)
    headers[name] = decoder.decode(bytes.subarray(valueAt, at))
  }
  return headers
}

/** CRC-32 (IEEE 802.3), bit by bit: it is taken of eight bytes. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0)
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
