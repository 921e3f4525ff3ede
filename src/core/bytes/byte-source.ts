/** The bytes of a body, as they come. */

/** Read at once, at most. */
const BUFFER_BYTES = 65_536

export interface ByteSource {
  /** The next bytes, good until the following are asked for; `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>
  cancel(reason?: unknown): Promise<void>
  /** Leaves what was not read to somebody else. */
  release(): void
}

/**
 * A stream of workerd's own is read into one buffer: nothing is left to collect.
 *
 * @param most bytes to read at once.
 */
export function byteSource(body: ReadableStream<Uint8Array>, most = BUFFER_BYTES): ByteSource {
  if ('IdentityTransformStream' in globalThis) {
    try {
      return intoOneBuffer(body.getReader({ mode: 'byob' }), new ArrayBuffer(most))
    } catch {
      // It was made by a script, and gives its own chunks.
    }
  }
  return chunkByChunk(body.getReader())
}

/** Whoever writes to a stream of the platform has been copied by the time the write is done: one buffer is enough. */
function intoOneBuffer(reader: ReadableStreamBYOBReader, first: ArrayBuffer): ByteSource {
  let buffer = first
  return {
    async read() {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (value) buffer = value.buffer as ArrayBuffer
      return done ? undefined : value
    },
    cancel: (reason) => reader.cancel(reason),
    release: () => reader.releaseLock(),
  }
}

function chunkByChunk(reader: ReadableStreamDefaultReader<Uint8Array>): ByteSource {
  return {
    async read() {
      const { done, value } = await reader.read()
      return done ? undefined : value
    },
    cancel: (reason) => reader.cancel(reason),
    release: () => reader.releaseLock(),
  }
}
