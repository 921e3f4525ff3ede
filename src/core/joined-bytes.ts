/** Pieces of a body as one. */

/** @param bytes how many the pieces have in all. */
export function joinedBytes(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const [only] = chunks
  if (chunks.length === 1 && only) return only as Uint8Array<ArrayBuffer>
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
