/** Calls of a step: by name, with its key, deadline and trace; the status decides whether it is tried again. */
import { dispositionOf } from '../core/disposition.ts'
import type { Call } from './forms.ts'
import { Refused, reasonOf } from './verdict.ts'

/** What calls by name: `mesh.fetch`. */
export type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>

/** What the steps of one saga call with. */
export function calling(fetch: Fetch, id: string) {
  const traceparent = traceparentOf(id)
  return {
    call: (key: string, timeoutMs: number) => callWith(fetch, key, traceparent, timeoutMs),
    kept,
    traceId: traceparent.slice(3, 35),
  }
}

/** @param timeoutMs what is left of the attempt. */
function callWith(fetch: Fetch, key: string, traceparent: string, timeoutMs: number): Call {
  return async function call(input, init) {
    const headers = new Headers(init?.headers)
    const otherwise = (name: string, value: string) => headers.has(name) || headers.set(name, value)
    otherwise('idempotency-key', key)
    otherwise('traceparent', traceparent)
    otherwise('selvedge-timeout-ms', String(timeoutMs))
    const response = await fetch(input, { ...init, headers }).catch((error: unknown) => {
      throw isDefinite(error) ? new Refused(reasonOf(error)) : error
    })
    const disposition = dispositionOf(response.status)
    if (disposition === 'done') return response
    const said = `${new URL(input).host} answered ${response.status}: ${await beginning(response).catch(() => '')}`
    throw disposition === 'again' ? new Error(said) : new Refused(reasonOf(new Error(said)))
  }
}

/** A call that the mesh itself failed, and would fail again: as its status says, but for a record that may be written yet. */
function isDefinite(error: unknown): boolean {
  // Told by its form: the class would bring the table of all codes.
  const { code, meaning } = error as { code?: unknown; meaning?: { status?: unknown } }
  if (typeof code !== 'string' || typeof meaning?.status !== 'number' || code === 'service_not_found') return false
  return code === 'loop_detected' || dispositionOf(meaning.status) !== 'again'
}

/** As much of an answer as comes at once: the rest is of no use, and may never end. */
async function beginning({ body }: Response): Promise<string> {
  const reader = body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  reader?.cancel().catch(() => {})
  return new TextDecoder().decode(value?.subarray(0, 1024))
}

/** What is kept of what a step gave. */
async function kept(given: unknown): Promise<unknown> {
  if (!(given instanceof Response)) return given
  const text = await given.text()
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/.test(given.headers.get('content-type') ?? '')
  if (text === '' || !isJson) return text || undefined
  try {
    return JSON.parse(text)
  } catch {
    // It was done all the same.
    return text
  }
}

/** One trace for all steps, days apart: it follows from the saga's id. */
function traceparentOf(id: string): string {
  const word = (seed: number) => {
    let hash = seed
    for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    return ((hash ^ (hash >>> 13)) >>> 0).toString(16).padStart(8, '0')
  }
  const [one, two, three, four, five, six] = [1, 2, 3, 4, 5, 6].map((seed) => word(0x811c9dc5 ^ (seed * 0x9e3779b1)))
  return `00-${one}${two}${three}${four}-${five}${six}-01`
}
