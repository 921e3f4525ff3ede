/**
 * A request body whose first 64 KiB pass through JavaScript, so that it is known which side broke it off; the platform pipes the rest.
 *
 * The first bytes are waited for, and where they are all that `content-length` promises they are sent as they are: no stream is made, which
 * would cost a third to a half of a passthrough. They are also what another attempt needs.
 */

/** Bytes that are watched. */
const WATCHED = 65_536

/** @param said what `content-length` says, which a body that streams on keeps. */
export async function watched(body: ReadableStream, said: string | null): Promise<BodyInit | null> {
  if (said === '0') return null
  const length = said === null ? undefined : Number(said)
  const most = Math.min(length ?? WATCHED, WATCHED)
  const reader = body.getReader({ mode: 'byob' })
  const { done, value } = await reader.read(new Uint8Array(most))
  if (done) return null
  if (value.length === length) return value
  const { readable, writable } = length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length)
  // Whoever reads hears of a failure through the stream.
  pump(value, reader, body, writable, most).catch(() => {})
  return readable
}

async function pump(
  first: Uint8Array,
  reader: ReadableStreamBYOBReader,
  body: ReadableStream,
  writable: WritableStream,
  most: number,
): Promise<void> {
  const writer = writable.getWriter()
  for (let bytes = first, at = bytes.length; ; at += bytes.length) {
    await writer.write(bytes)
    if (at >= most) break
    const { done, value } = await reader.read(new Uint8Array(bytes.buffer as ArrayBuffer, at))
    if (done) return writer.close()
    bytes = value
  }
  reader.releaseLock()
  writer.releaseLock()
  await body.pipeTo(writable)
}
