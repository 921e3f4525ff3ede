/** Turns a function's result into a response: API Gateway's payload format 2.0, and `multiValueHeaders` of 1.0. */
import { MeshError } from '../../core/errors.ts'
import { fromBase64 } from '../base64.ts'

/** The most characters of a function's output in a message. */
const SHOWN_CHARACTERS = 200

/** Status and headers of a response, before its body. */
export interface Prelude {
  readonly status: number
  readonly headers: Headers
}

/** Statuses without content (RFC 9110). The platform refuses to make such a response with a body. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** The error for a function that failed, or whose result is not a response. */
export function functionFailed(what: string): MeshError {
  return new MeshError('function_failed', `${what}.`)
}

/**
 * The response for a result. A result without a `statusCode` is the content itself, as JSON.
 *
 * @throws {MeshError} `function_failed` where the result is not JSON, its status is out of range, or a header is not valid.
 */
export function resultResponse(text: string, method: string): Response {
  const result = parsed(text)
  const isStructured = typeof result === 'object' && result !== null && 'statusCode' in result
  if (!isStructured) {
    const content = typeof result === 'string' ? result : text
    return answer({ status: 200, headers: new Headers({ 'content-type': 'application/json' }) }, content, method)
  }
  const { body, isBase64Encoded } = result as { body?: unknown; isBase64Encoded?: unknown }
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw functionFailed(`The function's body is ${kindOf(body)}, not a string`)
  }
  return answer(preludeOf(result), isBase64Encoded === true ? decoded(body ?? '') : (body ?? ''), method)
}

/** @throws {MeshError} `function_failed` */
export function preludeOf(result: object): Prelude {
  const { statusCode, headers, multiValueHeaders, cookies } = result as Record<string, unknown>
  const status = statusIn(statusCode ?? 200)
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw functionFailed(`The function's statusCode is ${shown(statusCode)}, not one from 200 to 599`)
  }
  const made = new Headers()
  for (const [name, value] of entriesOf(headers, 'headers')) append(made, name, value)
  for (const [name, values] of entriesOf(multiValueHeaders, 'multiValueHeaders')) {
    const list = listOf(values, `multiValueHeaders.${name}`)
    // `multiValueHeaders` replaces `headers` of the same name (payload format 1.0).
    attempt(name, () => made.delete(name))
    for (const value of list) append(made, name, value)
  }
  for (const cookie of listOf(cookies ?? [], 'cookies')) append(made, 'set-cookie', cookie)
  // The platform writes it. The function's own may be the length of the base64 text.
  made.delete('content-length')
  return { status, headers: made }
}

/** `Number([200])` is 200, so a list is excluded first. */
function statusIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
}

/** A response with this body. A compressed body is sent as it is, not compressed again. */
export function answer({ status, headers }: Prelude, body: BodyInit, method: string): Response {
  const isEmpty = body === '' || method === 'HEAD' || BODILESS.has(status)
  const init: ResponseInit & { encodeBody?: 'manual' } = { status, headers }
  if (headers.has('content-encoding')) init.encodeBody = 'manual'
  return new Response(isEmpty ? null : body, init)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw functionFailed(`The function's result is not JSON: ${shown(text)}`)
  }
}

function decoded(body: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(body)
  } catch {
    throw functionFailed("The function's body is not the base64 that it says it is")
  }
}

function entriesOf(headers: unknown, what: string): [string, unknown][] {
  if (headers === undefined || headers === null) return []
  if (typeof headers !== 'object' || Array.isArray(headers)) {
    throw functionFailed(`The function's ${what} are ${kindOf(headers)}, not an object`)
  }
  return Object.entries(headers)
}

function listOf(values: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(values)) throw functionFailed(`The function's ${what} are ${kindOf(values)}, not a list`)
  return values
}

function append(headers: Headers, name: string, value: unknown): void {
  if (value === undefined || value === null) return
  if (typeof value === 'object') throw functionFailed(`The function's header ${shown(name)} is ${kindOf(value)}`)
  attempt(name, () => headers.append(name, String(value)))
}

/** The platform throws a TypeError for a header that is not valid. */
function attempt(name: string, change: () => void): void {
  try {
    change()
  } catch {
    throw functionFailed(`The function's header ${shown(name)} holds what no header can carry`)
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** A value as text, cut for a message. */
export function shown(value: unknown): string {
  const text = written(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // JSON can be parsed at a depth at which `stringify` overflows the stack.
    return kindOf(value)
  }
}
