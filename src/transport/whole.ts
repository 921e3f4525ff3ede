/** Bodies that must be had whole, up to a limit. */

/** All bytes of a body; `undefined`, with the rest unread, where there are more than `mostBytes`. */
export async function wholeBody(
  body: BodyInit | null,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array()
  const reader = new Response(body).body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, bytes)
    bytes += value.length
    if (bytes > mostBytes) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
}

/** Several pieces as one, of `bytes` in all. */
export function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
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
