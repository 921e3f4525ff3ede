/** A pipe of bytes. */

/** The platform's own, which keeps its buffers flat, where there is one; that of the standard elsewhere. */
export function identityStream(): {
  readable: ReadableStream<Uint8Array>
  writable: WritableStream<Uint8Array>
  isNative: boolean
} {
  const { IdentityTransformStream: Native } = globalThis as {
    IdentityTransformStream?: new () => IdentityTransformStream
  }
  const { readable, writable } = Native ? new Native() : new TransformStream<Uint8Array, Uint8Array>()
  return { readable, writable, isNative: Native !== undefined }
}
