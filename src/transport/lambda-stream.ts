/** The response of a function that streams: status and headers first, then content as it comes. */
import { type EventMessage, eventMessages } from './event-stream.ts'
import { answer, BODILESS, functionFailed, type Prelude, preludeOf, shown } from './lambda-result.ts'
import { joined } from './whole.ts'

/** What a function says that gives status and headers before its content (`awslambda.HttpResponseStream.from`). */
const WITH_PRELUDE = 'application/vnd.awslambda.http-integration-response'
/** So many zero bytes end the prelude: JSON holds none. */
const ZEROS = 8
/** Status and headers, at most, in bytes: what Workers take as response headers. */
const MOST_PRELUDE_BYTES = 131_072

/**
 * @throws {MeshError} `function_failed`, where the function fails before its headers are out; one that fails later breaks
 * the stream off.
 */
export async function streamedResponse(response: Response, method: string): Promise<Response> {
  const messages = eventMessages(response.body as ReadableStream<Uint8Array>)
  const chunks = contentOf(messages)
  const first = await chunks.next()
  const saysPrelude = [...response.headers].some(([, value]) => value.startsWith(WITH_PRELUDE))
  const { prelude, rest } = await opened(first, chunks.next, saysPrelude)
  if (method === 'HEAD' || BODILESS.has(prelude.status)) {
    await messages.cancel()
    return answer(prelude, '', method)
  }
  return answer(prelude, stream(rest, chunks.next, messages.cancel), method)
}

type NextChunk = () => Promise<Uint8Array | undefined>

/** The content of each message, until the function is done. */
function contentOf({ next }: { next(): Promise<EventMessage | undefined> }): { next: NextChunk } {
  let isDone = false
  return {
    async next() {
      while (!isDone) {
        const message = await next()
        if (!message) throw functionFailed('The function broke its stream off')
        const type = message.headers[':event-type']
        if (type === 'PayloadChunk') {
          if (message.payload.length > 0) return message.payload
        } else if (type === 'InvokeComplete') {
          const failure = failureOf(message.payload)
          if (failure !== undefined) throw functionFailed(failure)
          isDone = true
        } else if (message.headers[':message-type'] !== 'event') {
          throw functionFailed(`Lambda broke the stream off: ${shown(message.headers[':exception-type'])}`)
        }
      }
      return undefined
    },
  }
}

/** What the last message says went wrong. */
function failureOf(payload: Uint8Array): string | undefined {
  if (payload.length === 0) return undefined
  const { ErrorCode: code, ErrorDetails: details } = JSON.parse(new TextDecoder().decode(payload))
  return code ? `The function failed: ${code}: ${shown(details)}` : undefined
}

/** Status and headers, and the content that came with them. */
async function opened(
  first: Uint8Array | undefined,
  next: NextChunk,
  saysPrelude: boolean,
): Promise<{ prelude: Prelude; rest: Uint8Array | undefined }> {
  let bytes = first
  while (bytes && (saysPrelude || looksLikePrelude(bytes))) {
    const end = zerosIn(bytes)
    if (end !== -1) return { prelude: preludeFrom(bytes.subarray(0, end)), rest: bytes.subarray(end + ZEROS) }
    if (bytes.length > MOST_PRELUDE_BYTES) throw functionFailed("The function's status and headers have no end")
    const more = await next()
    if (!more) break
    bytes = joined([bytes, more], bytes.length + more.length)
  }
  if (saysPrelude) throw functionFailed('The function ended within its status and headers')
  return { prelude: { status: 200, headers: new Headers({ 'content-type': 'application/octet-stream' }) }, rest: bytes }
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
  try {
    return preludeOf(JSON.parse(text))
  } catch (error) {
    throw error instanceof SyntaxError ? functionFailed(`The function's status and headers are ${shown(text)}`) : error
  }
}

/** Read as it is asked for: one message at a time is held. */
function stream(
  first: Uint8Array | undefined,
  next: NextChunk,
  cancel: (reason?: unknown) => Promise<void>,
): ReadableStream<Uint8Array> {
  let chunk = first?.length ? first : undefined
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const value = chunk ?? (await next())
      chunk = undefined
      if (value) controller.enqueue(value)
      else {
        controller.close()
        // A reader that brought its own buffer hears of the end only so.
        controller.byobRequest?.respond(0)
      }
    },
    cancel,
  })
}
