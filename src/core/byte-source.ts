/** The bytes of a body, as they come. */

/** Read at once, at most. */
const BUFFER_BYTES = 65_536

export interface ByteSource {
  /** The next bytes, good until the following are asked for; `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>
  cancel(reason?: unknown): Promise<void>
}

/** @param isNative whether it is a stream of workerd's own, which is read into one buffer: nothing is left to collect. */
export function byteSource(body: ReadableStream<Uint8Array>, isNative: boolean): ByteSource {
  return isNative ? intoOneBuffer(body) : chunkByChunk(body)
}

/** Whoever writes to a stream of the platform has been copied by the time the write is done: one buffer is enough. */
function intoOneBuffer(body: ReadableStream<Uint8Array>): ByteSource {
  const reader = body.getReader({ mode: 'byob' })
  let buffer = new ArrayBuffer(BUFFER_BYTES)
  return {
    async read() {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (value) buffer = value.buffer as ArrayBuffer
      return done ? undefined : value
    },
    cancel: (reason) => reader.cancel(reason),
  }
}

function chunkByChunk(body: ReadableStream<Uint8Array>): ByteSource {
  const reader = body.getReader()
  return {
    async read() {
      const { done, value } = await reader.read()
      return done ? undefined : value
    },
    cancel: (reason) => reader.cancel(reason),
  }
}
