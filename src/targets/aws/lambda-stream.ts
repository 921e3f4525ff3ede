/** The response of a function that streams: status and headers first, then content as it comes. */
import { byteSource } from '../../core/bytes/byte-source.ts'
import { GatheredBytes } from '../../core/bytes/gathered-bytes.ts'
import { identityStream } from '../../core/bytes/identity-stream.ts'
import { type EventStream, eventStream } from './event-stream.ts'
import { answer, BODILESS, functionFailed, type Prelude, preludeOf, shown } from './lambda-result.ts'

/** What a function says that gives status and headers before its content (`awslambda.HttpResponseStream.from`). */
const WITH_PRELUDE = 'application/vnd.awslambda.http-integration-response'
/** So many zero bytes end the prelude: JSON holds none. */
const ZEROS = 8
/** Status and headers, at most, in bytes: what Workers take as response headers. */
const MOST_PRELUDE_BYTES = 131_072
/** Of what went wrong, this much is read. */
const MOST_FAILURE_CHARACTERS = 65_536

/**
 * @throws {MeshError} `function_failed`, where the function fails before its headers are out; one that fails later breaks
 * the stream off.
 */
export async function streamedResponse(response: Response, method: string): Promise<Response> {
  const { readable, writable } = identityStream()
  const events = eventStream(byteSource(response.body as ReadableStream<Uint8Array>))
  const content = contentOf(events)
  const saysPrelude = [...response.headers].some(([, value]) => value.startsWith(WITH_PRELUDE))
  const { prelude, rest } = await opened(content, saysPrelude).catch(async (error) => {
    await events.cancel(error).catch(() => {})
    throw error
  })
  if (method === 'HEAD' || BODILESS.has(prelude.status)) {
    await events.cancel()
    return answer(prelude, '', method)
  }
  pump(rest, content, writable.getWriter(), events.cancel)
  return answer(prelude, readable, method)
}

/** The next bytes of the function's content, good until the following are asked for. */
type Content = () => Promise<Uint8Array | undefined>

/** The payload of each message, until the function is done. */
function contentOf(events: EventStream): Content {
  let isDone = false
  let isContent = false
  return async function content() {
    while (!isDone) {
      const bytes = isContent ? await events.piece() : undefined
      if (bytes) return bytes
      const headers = await events.next()
      if (!headers) throw functionFailed('The function broke its stream off')
      const type = headers[':event-type']
      if (type === 'InvokeComplete') {
        const failure = failureOf(await textOf(events.piece))
        if (failure !== undefined) throw functionFailed(failure)
        isDone = true
      } else if (headers[':message-type'] !== 'event') {
        throw functionFailed(`Lambda broke the stream off: ${shown(headers[':exception-type'])}`)
      }
      // What is left of a message of another type is passed over when the next is asked for.
      isContent = type === 'PayloadChunk'
    }
    return undefined
  }
}

/** Content that is a word on what went wrong: as much of it as a message needs. */
async function textOf(piece: Content): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = await piece(); bytes; bytes = await piece()) {
    if (text.length < MOST_FAILURE_CHARACTERS) text += decoder.decode(bytes, { stream: true })
  }
  return text
}

/** What the last message says went wrong. */
function failureOf(text: string): string | undefined {
  if (text === '') return undefined
  try {
    const { ErrorCode: code, ErrorDetails: details } = JSON.parse(text) ?? {}
    return code ? `The function failed: ${shown(code)}: ${shown(details)}` : undefined
  } catch {
    return `The function's stream ended in ${shown(text)}`
  }
}

/** Status and headers, and the content that came with them. */
async function opened(
  content: Content,
  saysPrelude: boolean,
): Promise<{ prelude: Prelude; rest: Uint8Array | undefined }> {
  const gathered = new GatheredBytes()
  for (let piece = await content(); piece; piece = await content()) {
    gathered.add(piece)
    const bytes = gathered.bytes()
    if (!saysPrelude && !looksLikePrelude(bytes)) break
    const end = zerosIn(bytes)
    if (end !== -1) return { prelude: preludeFrom(bytes.subarray(0, end)), rest: bytes.subarray(end + ZEROS) }
    if (bytes.length > MOST_PRELUDE_BYTES) throw functionFailed("The function's status and headers have no end")
  }
  if (saysPrelude) throw functionFailed('The function ended within its status and headers')
  const headers = new Headers({ 'content-type': 'application/octet-stream' })
  return { prelude: { status: 200, headers }, rest: gathered.bytes() }
}

function zerosIn(bytes: Uint8Array): number {
  const at = bytes.indexOf(0)
  return at === -1 || at + ZEROS > bytes.length ? -1 : at
}

/** Is this, or does this begin with, an object that has a status? Content that streams is not held back to find out more. */
function looksLikePrelude(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x7b) return false
  const zero = bytes.indexOf(0)
  try {
    return 'statusCode' in JSON.parse(new TextDecoder().decode(zero === -1 ? bytes : bytes.subarray(0, zero)))
  } catch {
    return false
  }
}

function preludeFrom(bytes: Uint8Array): Prelude {
  const text = new TextDecoder().decode(bytes)
  const prelude = preludeIn(text)
  if (typeof prelude !== 'object' || prelude === null || Array.isArray(prelude)) {
    throw functionFailed(`The function's status and headers are ${shown(text)}`)
  }
  return preludeOf(prelude)
}

function preludeIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As fast as it is read: what was written has been taken when the next bytes are asked for. */
function pump(
  first: Uint8Array | undefined,
  content: Content,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  cancel: EventStream['cancel'],
): void {
  const run = async () => {
    for (let bytes = first ?? (await content()); bytes; bytes = await content()) {
      if (bytes.length > 0) await writer.write(bytes)
    }
    return writer.close()
  }
  // A reader that leaves is heard of at once, not at the next bytes.
  writer.closed.catch(cancel)
  // Both ends hear why; nobody else is there to be told.
  run().catch((error) => Promise.allSettled([writer.abort(error), cancel(error)]))
}
