/** Asking the admin API: how a request is made, and what an answer that refuses is to whoever asked. */
import type { Difference, Issue, RevisionView, WrittenRecord } from './views/records.ts'

/** What the API says where it refuses (RFC 9457). */
export interface AdminProblem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code?: string
  readonly name?: string
  readonly issues?: readonly Issue[]
  readonly current?: RevisionView | null
  readonly difference?: readonly Difference[]
  /** What stands in KV, where it was edited by hand. */
  readonly found?: WrittenRecord | null
  /** All refusals, where several names were refused. */
  readonly refusals?: readonly Pick<AdminProblem, 'code' | 'name' | 'current' | 'difference' | 'found'>[]
}

/** The API refused, or what answered is not the API. */
export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly status: number
  readonly problem: AdminProblem

  constructor(problem: AdminProblem) {
    super(problem.detail)
    this.status = problem.status
    this.problem = problem
  }
}

export interface AdminClientOptions {
  /** Where the mesh is: `https://mesh.example.com`. */
  readonly url: string
  readonly token?: string | undefined
  /** Default: that of the platform. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

export interface Asked {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** A body that is sent as JSON. */
  readonly json?: unknown
  /** A body that is sent as it is. */
  readonly text?: string
  readonly signal?: AbortSignal
}

export interface Asking {
  /** What is answered, as JSON. */
  ask<Of>(method: string, path: string, asked?: Asked): Promise<Of>
  /** The same of what may not be there. */
  askIfThere<Of>(path: string): Promise<Of | undefined>
  /** The lines of an answer that goes on. Whoever stops reading them stops it. */
  lines(path: string, asked: Asked): AsyncGenerator<string>
}

export function asking({ url, token, fetch: send = fetch }: AdminClientOptions): Asking {
  const base = `${url.replace(/\/+$/, '')}/-/api/v1`

  async function asked(
    method: string,
    path: string,
    { query = {}, headers = {}, json, text, signal }: Asked = {},
  ): Promise<Response> {
    const body = json === undefined ? text : JSON.stringify(json)
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
    const said = search.size > 0 ? `?${search}` : ''
    // Called by itself: the platform's does not want to be a method.
    return send(`${base}${path}${said}`, {
      method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
  }
  async function answered<Of>(response: Response): Promise<Of> {
    if (response.ok && isOf(response, 'application/json')) return (await response.json()) as Of
    throw new AdminError(await problemOf(response))
  }
  const ask = async <Of>(method: string, path: string, asks?: Asked) => answered<Of>(await asked(method, path, asks))
  const askIfThere = async <Of>(path: string) => {
    const response = await asked('GET', path)
    if (response.status !== 404 || !isOf(response, 'application/problem+json')) return answered<Of>(response)
    const problem = await problemOf(response)
    // The API itself is not there: that says nothing of the record.
    if (problem.code === 'not_found') return undefined
    throw new AdminError(problem)
  }

  return {
    ask,
    askIfThere,
    async *lines(path, asks) {
      const headers = { accept: `${LINES}, application/problem+json` }
      const response = await asked('GET', path, { ...asks, headers })
      if (!response.ok || !isOf(response, LINES) || !response.body) throw new AdminError(await problemOf(response))
      yield* linesOf(response.body)
    },
  }
}

const LINES = 'application/x-ndjson'

/** The lines of a text that is still being written. Whoever stops reading them stops it. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function isOf(response: Response, type: string): boolean {
  return response.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === type
}

async function problemOf(response: Response): Promise<AdminProblem> {
  const { status } = response
  if (isOf(response, 'application/problem+json')) {
    try {
      return { title: 'Refused', detail: `The API answered ${status}.`, ...((await response.json()) as object), status }
    } catch {
      // It broke off, or is none.
    }
  } else await response.body?.cancel()
  return {
    title: 'No answer of the API',
    status,
    detail: `What answered with ${status} is not the admin API: is the URL that of the mesh, and has it a control plane?`,
  }
}
