/** Amazon's event stream (`application/vnd.amazon.eventstream`): messages with headers, one after another. */
import type { ByteSource } from '../../core/bytes/byte-source.ts'

/** Of string headers alone: there are no others where we read. */
export type EventHeaders = Readonly<Record<string, string>>

export interface EventStream {
  /**
   * The headers of the next message; `undefined` at the end. What is left of the one before is passed over.
   *
   * @throws {Error} for what is no event stream, or ends within a message.
   */
  next(): Promise<EventHeaders | undefined>
  /** The next bytes of its payload, good until the following are asked for; `undefined` where it has no more. */
  piece(): Promise<Uint8Array | undefined>
  cancel(reason?: unknown): Promise<void>
}

/** Total length, length of the headers, and the checksum of these two. */
const PRELUDE_BYTES = 12
/** The checksum of the whole, at the end. */
const TRAILER_BYTES = 4
/** A message, at most: 16 MiB of payload and 128 KiB of headers (the specification). */
const MOST_HEADER_BYTES = 131_072
const MOST_BYTES = 16_777_216 + MOST_HEADER_BYTES + PRELUDE_BYTES + TRAILER_BYTES
/** The type of a header whose value is text. */
const STRING = 7
const NOTHING = new Uint8Array()
const CUT = 'The event stream ends within a message.'

/**
 * Reads as it is asked to, and holds no message whole. The checksum of each prelude is checked, since all that follows is
 * found by it; that of the payload is left to TLS, which has done the same work.
 */
export function eventStream({ read, cancel }: ByteSource): EventStream {
  /** What was read, and not yet given. */
  let rest: Uint8Array = NOTHING
  /** Of the payload of the message that is being read. */
  let payloadLeft = 0
  let trailerLeft = 0

  async function more(): Promise<boolean> {
    while (rest.length === 0) {
      const bytes = await read()
      if (!bytes) return false
      rest = bytes
    }
    return true
  }

  /** As many bytes as are there, up to `most`. */
  function part(most: number): Uint8Array {
    const bytes = rest.subarray(0, most)
    rest = rest.subarray(bytes.length)
    return bytes
  }

  /** A copy of the next `count` bytes; `undefined` where the stream ends before the first. */
  async function exactly(count: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(count)
    for (let at = 0; at < count; ) {
      if (!(await more())) {
        if (at === 0) return undefined
        throw new Error(CUT)
      }
      const next = part(count - at)
      bytes.set(next, at)
      at += next.length
    }
    return bytes
  }

  async function piece(): Promise<Uint8Array | undefined> {
    if (payloadLeft === 0) return undefined
    if (!(await more())) throw new Error(CUT)
    const bytes = part(payloadLeft)
    payloadLeft -= bytes.length
    return bytes
  }

  async function prelude(): Promise<DataView | undefined> {
    const bytes = await exactly(PRELUDE_BYTES)
    if (!bytes) return undefined
    const view = new DataView(bytes.buffer)
    if (view.getUint32(8) !== crc32(bytes.subarray(0, 8))) throw new Error('This is no event stream.')
    return view
  }

  return {
    async next() {
      while (await piece()) {
        // Nobody asked for it.
      }
      if (trailerLeft > 0 && !(await exactly(trailerLeft))) throw new Error(CUT)
      trailerLeft = 0
      const lengths = await prelude()
      if (!lengths) return undefined
      const total = lengths.getUint32(0)
      const headerBytes = lengths.getUint32(4)
      payloadLeft = total - headerBytes - PRELUDE_BYTES - TRAILER_BYTES
      if (total > MOST_BYTES || headerBytes > MOST_HEADER_BYTES || payloadLeft < 0) {
        throw new Error('This is no event stream.')
      }
      trailerLeft = TRAILER_BYTES
      const headers = headerBytes === 0 ? NOTHING : await exactly(headerBytes)
      if (!headers) throw new Error(CUT)
      return headersOf(headers)
    },
    piece,
    cancel,
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
