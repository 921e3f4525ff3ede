/** Reads the events of a request: in binary, structured or batch mode (CloudEvents HTTP binding 1.0.2). */
import { dataOf } from './data.ts'

/** Modes by their content type; any other is binary, and the event stands in the headers. */
const STRUCTURED = /^application\/cloudevents(?=[-+;\s]|$)/i
const JSON_FORMAT = /^application\/cloudevents(-batch)?\+json\s*(?:;|$)/i
const PREFIX = 'ce-'

/** What came: as it was written, not looked at yet. */
export type Read =
  | { readonly mode: 'binary' | 'structured'; readonly values: readonly [unknown] }
  | { readonly mode: 'batch'; readonly values: readonly unknown[] }
  | { readonly status: 400 | 415; readonly detail: string }

export function readEvents(headers: Headers, bytes: Uint8Array): Read {
  const type = headers.get('content-type') ?? undefined
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity')
    return { status: 415, detail: 'An event is sent as it is, without content-encoding.' }
  if (type === undefined || !STRUCTURED.test(type)) return binary(headers, bytes, type)
  const [, isBatch] = JSON_FORMAT.exec(type) ?? []
  if (!JSON_FORMAT.test(type))
    return {
      status: 415,
      detail:
        'Events are read as application/cloudevents+json, as application/cloudevents-batch+json, or in binary mode.',
    }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return { status: 400, detail: 'The body is not JSON in UTF-8.' }
  }
  if (isBatch === undefined) return { mode: 'structured', values: [value] }
  if (!Array.isArray(value)) return { status: 400, detail: 'A batch is a list of events.' }
  return { mode: 'batch', values: value }
}

function binary(headers: Headers, bytes: Uint8Array, type: string | undefined): Read {
  const attributes: [string, string][] = []
  for (const [header, value] of headers) {
    if (!header.startsWith(PREFIX)) continue
    const name = header.slice(PREFIX.length)
    const text = decoded(value)
    if (name === 'data' || name === 'datacontenttype' || text === undefined)
      return { status: 400, detail: `The header "${header}" is none of an event, or is not percent-encoded UTF-8.` }
    attributes.push([name, text])
  }
  if (attributes.length === 0)
    return {
      status: 400,
      detail: 'It is no event: it has no header "ce-type", and its content-type is not application/cloudevents+json.',
    }
  const event = { ...Object.fromEntries(attributes), ...(type !== undefined && { datacontenttype: type }) }
  return { mode: 'binary', values: [{ ...event, ...dataOf(bytes, type) }] }
}

/** Quoted strings are read, too, as older senders write them; `undefined` for what is no UTF-8. */
function decoded(value: string): string | undefined {
  const plain = /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
  try {
    // A `%` that begins no code stands for itself: senders forget to encode it.
    return decodeURIComponent(plain.replace(/%(?![0-9a-fA-F]{2})/g, '%25'))
  } catch {
    return undefined
  }
}
