/** The typed client of the admin API: what the command and the dashboard talk to the control plane with. Plain `fetch`, and nothing of a server. */

/** A record as it is written in JSON: an object; or a text, where a bare URL stands in KV. */
export type WrittenRecord = string | Readonly<Record<string, unknown>>

/**
 * - `published`: KV holds it; `publishing`: KV will.
 * - `drifted`: KV holds an edit by hand, which is not written over.
 * - `refused`: the mesh does not understand it, and goes on with the last good one.
 */
export type RecordState = 'published' | 'publishing' | 'drifted' | 'refused'

/** How a revision came to be. */
export type RecordOrigin = 'api' | 'hand' | 'adopt' | 'restore' | 'rollback'

interface Stamp {
  readonly name: string
  readonly revision: number
  /** The name of a token; `null`: nobody knows. */
  readonly author: string | null
  readonly message: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly origin: RecordOrigin
}

export interface RecordView extends Stamp {
  readonly record: WrittenRecord
  readonly state: RecordState
}

export interface RevisionView extends Stamp {
  /** `null`: the name was deleted. */
  readonly record: WrittenRecord | null
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Where the next page begins. Left out: this was the last. */
  readonly cursor?: string
}

export interface Paging {
  /** Items, 1 to 1,000. Default 100. A page of long records has fewer. */
  readonly limit?: number
  readonly cursor?: string
}

/** How something is written. */
export interface How {
  /** The revision that was seen; `*`: whatever is there. */
  readonly ifMatch?: number | '*'
  /** There was no record. */
  readonly ifNoneMatch?: '*'
  /** Why: 256 bytes at most. */
  readonly message?: string
  /** Who asked for it. It is kept beside the name of the token, unverified. */
  readonly author?: string
  /** Says what would be, and writes nothing. */
  readonly dryRun?: boolean
}

export interface Change extends Pick<How, 'ifMatch' | 'ifNoneMatch'> {
  readonly name: string
  /** `null` deletes it. */
  readonly record: WrittenRecord | null
}

export interface WrittenView {
  /** Of the change; where nothing changed, the newest of what was to be written. */
  readonly revision: number
  readonly changed: readonly string[]
  /** Names among them that were not there before. */
  readonly created: readonly string[]
  readonly dryRun?: true
}

export interface StatusView extends Omit<Stamp, 'name'> {
  /** Names that it wrote, and how many of them KV does not hold yet. */
  readonly names: number
  readonly waiting: number
  /** When the last of them came to stand in KV; `null` while one is waited for. */
  readonly publishedAt: string | null
}

export interface Issue {
  readonly name?: string
  readonly path: readonly (string | number)[]
  readonly message: string
}

export interface Difference {
  /** A JSON Pointer; empty for the record as a whole. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

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

/** Each method rejects with an {@link AdminError} where the API refuses, and with what `fetch` throws where nothing answers. */
export interface AdminClient {
  /** Records in the order of their names. */
  list(options?: Paging & { readonly prefix?: string }): Promise<Page<RecordView>>
  /** `undefined`: there is no such record. */
  get(name: string): Promise<RecordView | undefined>
  put(name: string, record: WrittenRecord, how: How): Promise<WrittenView>
  delete(name: string, how: How): Promise<WrittenView>
  /** All or none. */
  change(changes: readonly Change[], how?: Omit<How, 'ifMatch' | 'ifNoneMatch'>): Promise<WrittenView>
  /** Newest first. */
  history(name: string, options?: Paging): Promise<Page<RevisionView>>
  /** A new revision, equal to an old one of that name. */
  rollback(name: string, to: number, how?: How): Promise<WrittenView>
  /** Where a revision stands; `undefined`: there is none. */
  revision(revision: number): Promise<StatusView | undefined>
  /** All that is wrong with records, by name; none is written. */
  validate(records: Readonly<Record<string, WrittenRecord>>): Promise<{ readonly issues: readonly Issue[] }>
}

/**
 * @example
 * const admin = adminClient({ url: 'http://127.0.0.1:8787', token })
 * const users = await admin.get('users')
 * await admin.put('users', 'https://users.example.com', { ifMatch: users.revision, message: 'back to one region' })
 */
export function adminClient({ url, token, fetch: send = fetch }: AdminClientOptions): AdminClient {
  const base = `${url.replace(/\/+$/, '')}/-/api/v1`

  async function asked(
    method: string,
    path: string,
    { query = {}, headers = {}, json }: Asked = {},
  ): Promise<Response> {
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
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
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
  const at = (name: string) => `/services/${encodeURIComponent(name)}`

  return {
    list: ({ prefix, limit, cursor } = {}) => ask('GET', '/services', { query: { prefix, limit, cursor } }),
    get: (name) => askIfThere(at(name)),
    put: (name, record, how) => ask('PUT', at(name), { query: saidOf(how), headers: conditionOf(how), json: record }),
    delete: (name, how) => ask('DELETE', at(name), { query: saidOf(how), headers: conditionOf(how) }),
    change: (changes, { message, author, dryRun } = {}) =>
      ask('POST', '/changes', { query: { dryRun }, json: { message, author, changes } }),
    history: (name, { limit, cursor } = {}) => ask('GET', `${at(name)}/history`, { query: { limit, cursor } }),
    rollback: (name, to, how = {}) => {
      const { message, author, dryRun } = how
      const json = { to, message, author }
      return ask('POST', `${at(name)}/rollback`, { query: { dryRun }, headers: conditionOf(how), json })
    },
    revision: (revision) => askIfThere(`/revisions/${revision}`),
    validate: (records) => ask('POST', '/validate', { json: { records } }),
  }
}

interface Asked {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

function saidOf({ message, author, dryRun }: How): NonNullable<Asked['query']> {
  return { message, author, dryRun }
}

function conditionOf({ ifMatch, ifNoneMatch }: How): Record<string, string> {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
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
