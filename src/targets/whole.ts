/** Bodies that must be had whole, up to a limit. */
import { byteSource } from '../core/bytes/byte-source.ts'
import { GatheredBytes } from '../core/bytes/gathered-bytes.ts'

/** All bytes of a body; `undefined`, with the rest unread, where there are more than `mostBytes`. */
export async function wholeBody(
  body: BodyInit | null,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body instanceof Uint8Array) return body.length > mostBytes ? undefined : (body as Uint8Array<ArrayBuffer>)
  const stream = new Response(body).body
  const gathered = new GatheredBytes()
  if (!stream) return gathered.bytes()
  const source = byteSource(stream)
  for (;;) {
    const bytes = await source.read()
    if (!bytes) return gathered.bytes()
    if (gathered.length + bytes.length > mostBytes) {
      await source.cancel()
      return undefined
    }
    gathered.add(bytes)
  }
}
