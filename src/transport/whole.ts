/** Bodies that must be had whole, up to a limit. */
import { joinedBytes } from '../core/joined-bytes.ts'

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
    if (done) return joinedBytes(chunks, bytes)
    bytes += value.length
    if (bytes > mostBytes) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
}
