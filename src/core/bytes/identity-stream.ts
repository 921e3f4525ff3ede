/** A pipe of bytes. */

export interface BytePipe {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/**
 * The platform's own, which keeps its buffers flat, where there is one; that of the standard elsewhere.
 *
 * @param length in bytes, where it is known and the platform's: what is sent then says it (`content-length`).
 */
export function identityStream(length?: number): BytePipe {
  const { IdentityTransformStream: Native, FixedLengthStream: Fixed } = globalThis as {
    IdentityTransformStream?: new () => BytePipe
    FixedLengthStream?: new (length: number) => BytePipe
  }
  if (Fixed && length !== undefined) return new Fixed(length)
  return Native ? new Native() : new TransformStream<Uint8Array, Uint8Array>()
}
