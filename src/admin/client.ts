/** The typed client of the admin API: what the command and the dashboard talk to the control plane with. Plain `fetch`, and nothing of a server. */
import type { Move, ServiceSimulation, Simulation, Spot } from '../mesh/simulate/simulation.ts'
import type { CandidateTold, Decision, ValueTold } from '../mesh/told/decision.ts'
import type { Explanation } from '../mesh/told/explanation.ts'
import type { TapAttempt, TapCall } from '../telemetry/tap/tap.ts'

export type { CandidateTold, Decision, Explanation, Move, ServiceSimulation, Spot, TapAttempt, ValueTold }

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
  /** Writes fields that the oldest version which runs does not know. */
  readonly force?: boolean
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

export interface StatusView extends Pick<Stamp, 'revision' | 'at' | 'origin'> {
  /** These two are left out for tokens with prefixes. */
  readonly author?: string | null
  readonly message?: string
  /** Names that it wrote, and how many of them KV does not hold yet. */
  readonly names: number
  readonly waiting: number
  /** When the last of them came to stand in KV; `null` while one is waited for. */
  readonly publishedAt: string | null
}

/** What manifests come to. */
export interface Conversion {
  /** By name. */
  readonly records: Readonly<Record<string, WrittenRecord>>
  /** What the records do not say, or say otherwise. An object with an error is not converted. */
  readonly findings: readonly {
    readonly severity: 'error' | 'note'
    /** Kind, namespace and name: `HTTPRoute shop/users`. */
    readonly object: string
    readonly line: number
    readonly path: readonly (string | number)[]
    readonly message: string
  }[]
  /** Objects that are not converted; where names are told, not for these. */
  readonly leftOut: readonly { readonly object: string; readonly names: readonly string[] }[]
}

/** A grant, and until when it holds. */
export interface GrantView {
  readonly grant: string
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

/** A name under which KV holds an edit by hand that is not in history. */
export interface DriftView {
  readonly name: string
  /** What stands in KV; `null`: nothing. */
  readonly found: WrittenRecord | null
  /** What history has; `null`: no record. */
  readonly record: WrittenRecord | null
  readonly revision: number
  /** When it was first seen, as an ISO 8601 instant. */
  readonly since: string
}

/** A row of history, to be kept and restored as it is. */
export interface Row {
  readonly revision: number
  readonly name: string
  /** As in KV; `null` where the name was deleted. */
  readonly text: string | null
  readonly author: string | null
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly origin: RecordOrigin
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

/** What changes would do to requests that the mesh has served. */
export interface SimulationView extends Simulation {
  /** Since when requests are recorded. `null`: none are, and nothing can be said. */
  readonly recordedSince: string | null
}

/** What an operator has said of the whole mesh. */
export interface SettingsView {
  /** The oldest version of the library that runs; `null`: nobody has said. */
  readonly minVersion: string | null
}

/** One check of an installation, as docs/check.md has it. */
export interface CheckView {
  /** Its place among all checks, from 1. */
  readonly number: number
  readonly id: string
  readonly group: string
  /** What is so where it passes. */
  readonly title: string
  /** `unseen`: what it looks at could not be seen. */
  readonly state: 'passed' | 'warned' | 'failed' | 'unseen'
  readonly findings: readonly {
    readonly severity: 'error' | 'warning'
    /** The record that it is about. */
    readonly name?: string | undefined
    readonly path?: readonly (string | number)[] | undefined
    readonly message: string
  }[]
  /** Findings beyond those. */
  readonly more: number
  readonly hint: string
  readonly link: string
}

/** What is asked of a decision. */
export interface ResolveQuestion {
  readonly request: {
    /** Default GET. */
    readonly method?: string
    /** `http://users/42`, or an address of the mesh. Or else `name` and `path`. */
    readonly url?: string
    readonly name?: string
    /** Path and query. Default `/`. */
    readonly path?: string
    /** Who calls, as its binding would say it. Default: nobody knows. */
    readonly caller?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  /** What-if: records in place of those that stand there; `null` takes a name away. */
  readonly records?: Readonly<Record<string, WrittenRecord | null>>
}

export interface DescriptionView extends RecordView {
  /** The names that stand for it, in turn, where it is an alias: its policy is theirs. */
  readonly alias?: readonly string[]
  readonly policy: readonly ValueTold[]
  readonly rules: readonly {
    readonly label: string
    readonly leadsTo: readonly string[]
    /** What the rule says itself. */
    readonly policy: readonly ValueTold[]
  }[]
  readonly candidates: readonly CandidateTold[]
  /** Why the mesh does not understand the record. */
  readonly refused?: string
  readonly referredBy: readonly { readonly name: string; readonly path: readonly (string | number)[] }[]
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
  /** Is the installation as it should be? `version` is that of who asks, to be compared with the others. */
  check(options?: { readonly version?: string }): Promise<{ readonly checks: readonly CheckView[] }>
  settings(): Promise<SettingsView>
  configure(settings: SettingsView): Promise<SettingsView>
  /** What would become of a request, and why. Nothing is sent. */
  resolve(question: ResolveQuestion): Promise<Decision>
  /** A record, its policy in effect and who wrote each value, and who refers to it; `undefined`: there is no such record. */
  describe(name: string): Promise<DescriptionView | undefined>
  /** Why a call that was made went as it did. @param receipt the value of `selvedge-receipt`. */
  explain(receipt: string): Promise<Explanation>
  /**
   * Records of Gateway API manifests, YAML or JSON; none is written.
   *
   * @param naming `hostname`: the name of routes that have none; `domain`: the mesh's own, default `mesh`.
   */
  convert(text: string, naming?: { readonly hostname?: string; readonly domain?: string }): Promise<Conversion>
  /**
   * A grant, the value of `selvedge-grant`: with it the mesh tells a caller from outside of these names what it asks, for five minutes.
   *
   * @param names 1 to 32; `team-*` stands for all that begin with `team-`.
   */
  grant(names: readonly string[]): Promise<GrantView>
  drift(options?: Paging): Promise<Page<DriftView>>
  /** Has KV looked through for edits by hand now, rather than in its time. */
  scanDrift(): Promise<void>
  /** `adopt` makes a revision of what stands in KV; `overwrite` writes the record of history over it. */
  endDrift(name: string, choice: 'adopt' | 'overwrite', how?: Pick<How, 'message' | 'author'>): Promise<WrittenView>
  /** The whole history, page by page. */
  export(options?: Paging): Promise<Page<Row>>
  /** Takes rows of a history in, into an object without one; it answers nothing else until `restored`. */
  restore(rows: readonly Row[]): Promise<void>
  /** All rows are in. Where KV differs from them, `truth` counts. */
  restored(truth: 'kv' | 'history', how?: Pick<How, 'message' | 'author'>): Promise<void>
  /**
   * What these changes would do to requests that the mesh has served; none is written.
   *
   * @param window how old the requests may be, as `1h`. Default `24h`.
   */
  simulate(changes: readonly Pick<Change, 'name' | 'record'>[], window?: string): Promise<SimulationView>
  /** How calls ended and how long they took. */
  stats(options?: StatsOptions): Promise<StatsView>
  /** One service over time. */
  series(service: string, window?: string): Promise<SeriesView>
  /** Who calls whom. */
  edges(window?: string): Promise<EdgesView>
  /**
   * Calls as they are made, until `over`. Who stops reading ends the tap.
   *
   * @param signal ends it, too; what is waited for rejects with its reason.
   */
  tap(options?: TapOptions, signal?: AbortSignal): AsyncIterable<TapLine>
}

/** Which calls are looked at; what is left out may be anything. */
export interface TapOptions {
  readonly service?: string | undefined
  readonly method?: string | undefined
  /** Calls of it, and of what lies beneath it. Ids in it are masked. */
  readonly path?: string | undefined
  /** `503`, or `5xx`. */
  readonly status?: string | undefined
  readonly caller?: string | undefined
  /** How long it looks, 1 to 600. Default 60. */
  readonly seconds?: number | undefined
}

export interface TapCallView extends Omit<TapCall, 'at'> {
  /** ISO 8601, UTC, by the isolate's clock. */
  readonly at: string
  /** 32 hex digits. */
  readonly isolate: string
}

/**
 * - `begun`: isolates will hear of it within 5 s; each tells `most` calls a second at most.
 * - `left-out`: so many calls had no room.
 * - `waiting`: nothing has come for 5 s.
 * - `over`: its time is up, or what holds it was restarted.
 */
export type TapLine =
  | { readonly kind: 'begun'; readonly until: string; readonly most: number }
  | ({ readonly kind: 'call' } & TapCallView)
  | { readonly kind: 'left-out'; readonly calls: number }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'over'; readonly reason: 'time' | 'lost' }

export interface StatsOptions {
  /** How far back it looks, `10s` to `168h`. Default `1m`. */
  readonly window?: string | undefined
  /** What a row is. Default `service`. */
  readonly by?: 'service' | 'rule' | 'endpoint' | 'caller' | undefined
  readonly service?: string | undefined
}

interface Rates {
  readonly requests: number
  /** A second. */
  readonly rps: number
  /** The share that ended well, 0 to 1; `null` where there were none. */
  readonly success: number | null
}

interface Quantiles {
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

interface Summed<Item> {
  readonly at: string
  readonly windowMs: number
  /** Isolates that told something in the window. */
  readonly isolates: number
  readonly items: readonly Item[]
}

export interface StatView extends Rates, Partial<Quantiles> {
  readonly service: string
  readonly rule?: string
  readonly endpoint?: string
  /** Empty: nobody knows. */
  readonly caller?: string
  readonly attempts?: number
  /** The share of attempts that were not the first of their call. */
  readonly retries?: number
  readonly hedged?: number
  readonly errors?: Readonly<Record<string, number>>
  readonly refused?: Readonly<Record<string, number>>
}

export type StatsView = Summed<StatView>

export interface EdgeView extends Rates {
  readonly caller: string
  readonly service: string
}

export type EdgesView = Summed<EdgeView>

export interface PointView extends Quantiles {
  readonly at: string
  readonly requests: number
  readonly failures: number
  readonly retries: number
}

export interface SeriesView {
  readonly stepMs: number
  readonly points: readonly PointView[]
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
  const at = (name: string) => `/services/${encodeURIComponent(name)}`

  return {
    list: ({ prefix, limit, cursor } = {}) => ask('GET', '/services', { query: { prefix, limit, cursor } }),
    get: (name) => askIfThere(at(name)),
    put: (name, record, how) => {
      const query = { ...saidOf(how), force: how.force }
      return ask('PUT', at(name), { query, headers: conditionOf(how), json: record })
    },
    delete: (name, how) => ask('DELETE', at(name), { query: saidOf(how), headers: conditionOf(how) }),
    change: (changes, { message, author, dryRun, force } = {}) =>
      ask('POST', '/changes', { query: { dryRun, force }, json: { message, author, changes } }),
    history: (name, { limit, cursor } = {}) => ask('GET', `${at(name)}/history`, { query: { limit, cursor } }),
    rollback: (name, to, how = {}) => {
      const { message, author, dryRun, force } = how
      const json = { to, message, author }
      return ask('POST', `${at(name)}/rollback`, { query: { dryRun, force }, headers: conditionOf(how), json })
    },
    revision: (revision) => askIfThere(`/revisions/${revision}`),
    validate: (records) => ask('POST', '/validate', { json: { records } }),
    check: ({ version } = {}) => ask('GET', '/check', { query: { version } }),
    settings: () => ask('GET', '/settings'),
    configure: (settings) => ask('PUT', '/settings', { json: settings }),
    resolve: (question) => ask('POST', '/resolve', { json: question }),
    describe: (name) => askIfThere(`${at(name)}/describe`),
    explain: (receipt) => ask('POST', '/explain', { json: { receipt } }),
    convert: (text, { hostname, domain } = {}) =>
      ask('POST', '/convert', { query: { hostname, domain }, headers: { 'content-type': 'application/yaml' }, text }),
    grant: (names) => ask('POST', '/grants', { json: { names } }),
    drift: ({ limit, cursor } = {}) => ask('GET', '/drift', { query: { limit, cursor } }),
    async scanDrift() {
      await ask('POST', '/drift/scan')
    },
    endDrift: (name, choice, { message, author } = {}) =>
      ask('POST', `${at(name)}/drift`, { json: { choice, message, author } }),
    export: ({ limit, cursor } = {}) => ask('GET', '/export', { query: { limit, cursor } }),
    async restore(rows) {
      for (const some of portions(rows)) await ask('POST', '/restore', { json: { rows: some } })
    },
    async restored(truth, { message, author } = {}) {
      await ask('POST', '/restore/end', { json: { truth, message, author } })
    },
    simulate: (changes, window) =>
      ask('POST', '/simulate', { json: { changes: changes.map(({ name, record }) => ({ name, record })), window } }),
    stats: ({ window, by, service } = {}) => ask('GET', '/stats', { query: { window, by, service } }),
    series: (service, window) => ask('GET', '/stats/series', { query: { service, window } }),
    edges: (window) => ask('GET', '/edges', { query: { window } }),
    async *tap({ service, method, path, status, caller, seconds } = {}, signal) {
      const query = { service, method, path, status, caller, seconds }
      const headers = { accept: 'application/x-ndjson, application/problem+json' }
      // One that nobody aborts, where none was given: an answer that goes on is not late.
      const response = await asked('GET', '/tap', { query, headers, signal: signal ?? new AbortController().signal })
      if (!response.ok || !isOf(response, 'application/x-ndjson') || !response.body) {
        throw new AdminError(await problemOf(response))
      }
      for await (const line of linesOf(response.body)) yield JSON.parse(line) as TapLine
    },
  }
}

interface Asked {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** A body that is sent as it is. */
  readonly text?: string
  readonly signal?: AbortSignal
}

/** A body has 4 MiB at most; a character of JSON takes six bytes at worst, one nearly always. */
const MOST_CHARACTERS = 1_000_000
const MOST_ROWS = 500

function* portions(rows: readonly Row[]): Generator<Row[]> {
  let some: Row[] = []
  let characters = 0
  for (const row of rows) {
    const length = row.text?.length ?? 0
    if (some.length > 0 && (some.length >= MOST_ROWS || characters + length > MOST_CHARACTERS)) {
      yield some
      some = []
      characters = 0
    }
    some.push(row)
    characters += length
  }
  if (some.length > 0) yield some
}

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
