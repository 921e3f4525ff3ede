/** A CloudEvent (1.0, JSON format): what it is, and why something is none. */

/** Attributes of an event, and its data: text or JSON in `data`, bytes in `data_base64`. */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** With `source` it tells this event from all others. */
  readonly id: string
  readonly source: string
  readonly type: string
  /** RFC 3339. */
  readonly time?: string
  readonly subject?: string
  readonly datacontenttype?: string
  readonly dataschema?: string
  readonly data?: unknown
  readonly data_base64?: string
  /** Extensions: names of lower case letters and digits. */
  readonly [attribute: string]: unknown
}

/** What stands in an event that waits in a queue, beside what its publisher wrote. Nobody else may write it, and no subscriber sees it. */
export interface MeshAttributes {
  /** The id of the one subscription that it is for; not there: of all that want it. */
  readonly subscriber?: string
  /** How often it was taken from the dead letters. */
  readonly redriven?: number
  /** The registry key whose subscriptions it is for alone. */
  readonly meshkey?: string
  /** Who published it, where that is known. */
  readonly meshcaller?: string
  /** Hops that it has made. */
  readonly meshhops?: number
  /** The registry key of the topic's record, and the endpoint of it that carries it. */
  readonly meshtopic?: string
  readonly meshendpoint?: string
}

/** An event in a queue. */
export type QueuedEvent = CloudEvent & MeshAttributes

/** What is wrong, in words that may be told to who wrote it. */
export interface NoEvent {
  readonly reason: 'not_an_event' | 'unknown_version' | 'malformed'
  readonly detail: string
}

type Fields = Readonly<Record<string, unknown>>

/** Characters of what is shown of a wrong value. */
const SHOWN = 80
/** CloudEvents 1.0, "Naming Conventions". */
const NAME = /^[a-z0-9]+$/
/** RFC 3339 with its offset. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
/** CloudEvents 1.0, "Type System": no control characters. */
const CONTROL = /\p{Cc}/u
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const TEXTS = ['id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema']

/** A URI-reference (RFC 3986), as far as its characters tell. */
const REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/

/** What the specification asks of an event beside; who reads one does not mind. */
export function strictlyWrong({ source, dataschema = 'a' }: CloudEvent): string | undefined {
  if (!REFERENCE.test(source)) return `Its "source" is ${shown(source)}, and must be a URI-reference.`
  return REFERENCE.test(dataschema) ? undefined : `Its "dataschema" is ${shown(dataschema)}, and must be a URI.`
}

/** Is it the mesh's to write? */
export function isOfMesh(attribute: string): boolean {
  return /^(subscriber|redriven|mesh(key|caller|hops|topic|endpoint))$/.test(attribute)
}

/** An event, or why it is none. */
export type Looked =
  | { readonly event: QueuedEvent; readonly wrong?: undefined }
  | { readonly event?: undefined; readonly wrong: NoEvent }

/** Reads what is to be an event, in the JSON format. What is `null` is not there. */
export function eventIn(value: unknown): Looked {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { wrong: { reason: 'not_an_event', detail: `An event is a JSON object, got ${shown(value)}.` } }
  const event = Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== undefined))
  if (event.specversion !== '1.0') {
    const isThere = 'specversion' in event
    const detail = isThere ? `is ${shown(event.specversion)}, and must be "1.0".` : 'is missing: it is "1.0".'
    return { wrong: { reason: isThere ? 'unknown_version' : 'not_an_event', detail: `Its "specversion" ${detail}` } }
  }
  const wrong = wrongIn(event)
  return wrong === undefined ? { event: event as QueuedEvent } : { wrong: { reason: 'malformed', detail: wrong } }
}

function wrongIn(event: Fields): string | undefined {
  for (const name of ['id', 'source', 'type']) {
    if (event[name] === undefined || event[name] === '') return `Its "${name}" is missing.`
  }
  for (const [name, value] of Object.entries(event)) {
    if (name === 'data') continue
    if (name === 'data_base64') {
      if (typeof value !== 'string' || !BASE64.test(value)) return 'Its "data_base64" is no base64.'
      continue
    }
    if (!NAME.test(name))
      return `${JSON.stringify(name.slice(0, SHOWN))} is no name of an attribute: those have lower case letters and digits.`
    const isText = typeof value === 'string'
    if (!isText && (TEXTS.includes(name) || !isPlain(value)))
      return `Its "${name}" is ${shown(value)}, and must be a text.`
    if (isText && (CONTROL.test(value) || !value.isWellFormed())) return `Its "${name}" has control characters.`
  }
  if ('data' in event && 'data_base64' in event) return 'It has both "data" and "data_base64".'
  for (const name of ['time', 'expirytime']) {
    const { [name]: at } = event
    if (at !== undefined && !(TIME.test(String(at)) && !Number.isNaN(Date.parse(String(at)))))
      return `Its "${name}" is ${shown(at)}, and must be an RFC 3339 timestamp.`
  }
  return undefined
}

/** Boolean or Integer of the type system. */
function isPlain(value: unknown): boolean {
  return (
    typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 31)
  )
}

function shown(value: unknown): string {
  return typeof value === 'object'
    ? Array.isArray(value)
      ? 'a list'
      : 'an object'
    : JSON.stringify(value).slice(0, SHOWN)
}
