/** What a function gave back, as a response: API Gateway's payload format 2.0, and 1.0's headers of several values. */
import { MeshError } from '../../core/errors.ts'
import { fromBase64 } from '../base64.ts'

/** How much of a function's own words a message repeats. */
const SHOWN_CHARACTERS = 200

/** Status and headers, before there is a body. */
export interface Prelude {
  readonly status: number
  readonly headers: Headers
}

/** RFC 9110: these have no content. The platform refuses to make a response of them that has. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** The function failed, or gave back what is no response. */
export function functionFailed(what: string): MeshError {
  return new MeshError('function_failed', `${what}.`)
}

/**
 * The response that a result stands for. A result without a `statusCode` is the content itself, as JSON.
 *
 * @throws {MeshError} `function_failed` for what is no result: not JSON, a status out of range, a header that is none.
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
    // Where both have it, this one counts (payload format 1.0).
    attempt(name, () => made.delete(name))
    for (const value of list) append(made, name, value)
  }
  for (const cookie of listOf(cookies ?? [], 'cookies')) append(made, 'set-cookie', cookie)
  // It is written anew: the function's may be of the text in base64.
  made.delete('content-length')
  return { status, headers: made }
}

/** A list of one number would be taken for the number. */
function statusIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
}

/** A response with a body that is as it should go out: a compressed one is not compressed again. */
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

/** The platform refuses what is no header by a TypeError. */
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

/** As much of a value as a message repeats. */
export function shown(value: unknown): string {
  const text = written(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // It can be read nested deeper than it can be written.
    return kindOf(value)
  }
}
