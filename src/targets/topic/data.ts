/** The data of an event: as bytes on the wire, as JSON, text or base64 in the JSON format. */
import { fromBase64, toBase64 } from '../base64.ts'
import type { CloudEvent } from './event.ts'

type Data = Pick<CloudEvent, 'data' | 'data_base64'>

/** What the JSON format holds as text. */
const TEXT = /^(text\/|application\/(xml|javascript|x-www-form-urlencoded|graphql)\b|[\w.+-]+\/[\w.-]+\+xml\b)/i
/** Digits that a number of JavaScript keeps. */
const DIGITS = 15

/** Is data of this type JSON? Where no type is said it is (CloudEvents JSON format 3.1). */
export function isJson(type: string | undefined): boolean {
  return type === undefined || /^[^;]*[/+]json\s*(;|$)/i.test(type)
}

/** Bytes as an event holds them. What would not come out as it went in is held as bytes. */
export function dataOf(bytes: Uint8Array, type: string | undefined): Data {
  if (bytes.length === 0) return {}
  const isUtf8 = !/charset=(?!"?utf-?8)/i.test(type ?? '')
  const text = type !== undefined && isUtf8 && (isJson(type) || TEXT.test(type)) ? decoded(bytes) : undefined
  if (text !== undefined && !isJson(type)) return { data: text }
  const json = text !== undefined && !losesDigits(text) ? parsed(text) : undefined
  return json === undefined ? { data_base64: toBase64(bytes) } : { data: json }
}

/** And back: what goes out as the body. `undefined` where there is none. */
export function bodyOf({
  data,
  data_base64,
  datacontenttype,
}: CloudEvent): string | Uint8Array<ArrayBuffer> | undefined {
  if (data_base64 !== undefined) return fromBase64(data_base64)
  if (data === undefined) return undefined
  return typeof data === 'string' && !isJson(datacontenttype) ? data : JSON.stringify(data)
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** `null` is no data in the JSON format: it is held as bytes, too. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined
  }
}

/** Has it a number that JSON.parse would round? */
function losesDigits(text: string): boolean {
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/\d[\d.]*(?:[eE][+-]?\d+)?/g) ?? []
  return numbers.some((number) => {
    const [digits = ''] = number.split(/[eE]/)
    return digits.replace('.', '').replace(/^0+/, '').length > DIGITS || !Number.isFinite(Number(number))
  })
}
