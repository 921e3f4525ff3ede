/** The typed client of the admin API: what the command and the dashboard talk to the control plane with. Plain `fetch`, and nothing of a server. */

import type { Decision } from '../mesh/told/decision.ts'
import type { Explanation } from '../mesh/told/explanation.ts'
import { type AdminClientOptions, type Asked, asking } from './asking.ts'
import type { LettersOptions, LetterView, LetterWholeView, RedrivenView } from './views/letters.ts'
import type {
  Change,
  CheckView,
  Conversion,
  DescriptionView,
  DriftView,
  GrantView,
  How,
  Issue,
  OverrideView,
  Page,
  Paging,
  RecordView,
  ResolveQuestion,
  RevisionView,
  Row,
  SettingsView,
  SimulationView,
  StatusView,
  WrittenRecord,
  WrittenView,
} from './views/records.ts'
import type { SagasClient } from './views/sagas.ts'
import type {
  AuthzOptions,
  AuthzView,
  EdgesView,
  EndpointsView,
  Reporter,
  SeriesView,
  StatsOptions,
  StatsView,
  TapLine,
  TapOptions,
} from './views/traffic.ts'
import type { KeysView } from './views/trust.ts'

export type { Move, ServiceSimulation, Spot } from '../mesh/simulate/simulation.ts'
export type { CandidateTold, ValueTold } from '../mesh/told/decision.ts'
export type { TapAttempt } from '../telemetry/tap/tap.ts'
export type { AdminClientOptions, AdminProblem } from './asking.ts'
export { AdminError } from './asking.ts'
export type { LettersOptions, LetterView, LetterWholeView, RedrivenView } from './views/letters.ts'
export type {
  Change,
  CheckView,
  Conversion,
  DescriptionView,
  Difference,
  DriftView,
  GrantView,
  How,
  Issue,
  OverrideView,
  Page,
  Paging,
  RecordOrigin,
  RecordState,
  RecordView,
  ResolveQuestion,
  RevisionView,
  Row,
  SettingsView,
  SimulationView,
  StatusView,
  WrittenRecord,
  WrittenView,
} from './views/records.ts'
export type { SagaState, SagasOptions, SagaView, Why } from './views/sagas.ts'
export type {
  AuthzCallView,
  AuthzOptions,
  AuthzPolicyView,
  AuthzView,
  EdgesView,
  EdgeView,
  EjectedView,
  EndpointsView,
  EndpointView,
  PointView,
  Reporter,
  SeriesView,
  StatsOptions,
  StatsView,
  StatView,
  TapCallView,
  TapLine,
  TapOptions,
} from './views/traffic.ts'
export type { KeysView, KeyView } from './views/trust.ts'
export type { Decision, Explanation }

/** Each method rejects with an {@link AdminError} where the API refuses, and with what `fetch` throws where nothing answers. */
export interface AdminClient extends SagasClient {
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
  /** Revisions of all names, newest first. */
  changes(options?: Paging): Promise<Page<RevisionView>>
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
  /**
   * A signed override: requests whose `baggage` has it are answered by other records of these names.
   *
   * @param overrides by the name that is called, the record that answers in its place: `{ users: 'users@pr-123' }`; 1 to 16.
   * @param forTime how long it holds, as `1h`; `24h` at most, or as `MESH_TRUST` says.
   * @param author who it is for: kept as said.
   */
  override(overrides: Readonly<Record<string, string>>, forTime: string, author?: string): Promise<OverrideView>
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
  series(service: string, window?: string, reporter?: Reporter): Promise<SeriesView>
  /** How the endpoints of one service do, and which are left alone: by how many isolates, why, and until when. */
  endpoints(service: string, window?: string): Promise<EndpointsView>
  /** Who calls whom. */
  edges(window?: string, reporter?: Reporter): Promise<EdgesView>
  /** Public keys of those who may sign. */
  keys(): Promise<KeysView>
  /** Publishes the public half of a key, a JWK: a mesh that has the private one signs with it two minutes later. */
  publishKey(kid: string, key: Readonly<Record<string, unknown>>): Promise<KeysView>
  /** @param how `force`: though callers may be refused for it. */
  retireKey(kid: string, how?: { readonly force?: boolean }): Promise<KeysView>
  /** Who may call whom by the records, and who did. */
  authz(options?: AuthzOptions): Promise<AuthzView>
  /**
   * Calls as they are made, until `over`. Who stops reading ends the tap.
   *
   * @param signal ends it, too; what is waited for rejects with its reason.
   */
  tap(options?: TapOptions, signal?: AbortSignal): AsyncIterable<TapLine>
  /** Messages that could not be delivered, the newest first. */
  deadLetters(options?: LettersOptions): Promise<Page<LetterView>>
  /** One of them, with its message; `undefined`: there is none. */
  deadLetter(id: string): Promise<LetterWholeView | undefined>
  /**
   * Puts it into its queue again.
   *
   * @param to a record with a queue and `deliverTo`, by which it is delivered in place of its own.
   */
  redrive(id: string, to?: string): Promise<RedrivenView>
  /** @param message why: 256 bytes at most. It is in the audit. */
  dropDeadLetter(id: string, message: string): Promise<void>
}

/**
 * @example
 * const admin = adminClient({ url: 'http://127.0.0.1:8787', token })
 * const users = await admin.get('users')
 * await admin.put('users', 'https://users.example.com', { ifMatch: users.revision, message: 'back to one region' })
 */
export function adminClient(options: AdminClientOptions): AdminClient {
  const { ask, askIfThere, lines } = asking(options)
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
    changes: ({ limit, cursor } = {}) => ask('GET', '/changes', { query: { limit, cursor } }),
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
    override: (overrides, forTime, author) => ask('POST', '/overrides', { json: { overrides, for: forTime, author } }),
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
    stats: ({ window, by, service, reporter } = {}) =>
      ask('GET', '/stats', { query: { window, by, service, reporter } }),
    series: (service, window, reporter) => ask('GET', '/stats/series', { query: { service, window, reporter } }),
    endpoints: (service, window) => ask('GET', '/endpoints', { query: { service, window } }),
    edges: (window, reporter) => ask('GET', '/edges', { query: { window, reporter } }),
    sagas: ({ state, saga, version, limit, cursor } = {}) =>
      ask('GET', '/sagas', { query: { state, saga, version, limit, cursor } }),
    saga: (id) => askIfThere(`/sagas/${encodeURIComponent(id)}`),
    decideSaga: (id, decision, { message } = {}) =>
      ask('POST', `/sagas/${encodeURIComponent(id)}/decision`, { json: { decision, message } }),
    cancelSaga: (id, { message } = {}) => ask('POST', `/sagas/${encodeURIComponent(id)}/cancel`, { json: { message } }),
    keys: () => ask('GET', '/keys'),
    publishKey: (kid, key) => ask('PUT', `/keys/${encodeURIComponent(kid)}`, { json: { key } }),
    retireKey: (kid, { force } = {}) => ask('DELETE', `/keys/${encodeURIComponent(kid)}`, { query: { force } }),
    authz: ({ window, service } = {}) => ask('GET', '/authz', { query: { window, service } }),
    async *tap({ service, method, path, status, caller, seconds } = {}, signal) {
      const query = { service, method, path, status, caller, seconds }
      // One that nobody aborts, where none was given: an answer that goes on is not late.
      const stop = signal ?? new AbortController().signal
      for await (const line of lines('/tap', { query, signal: stop })) yield JSON.parse(line) as TapLine
    },
    deadLetters: ({ queue, reason, service, status, limit, cursor } = {}) =>
      ask('GET', '/dead-letters', { query: { queue, reason, service, status, limit, cursor } }),
    deadLetter: (id) => askIfThere(`/dead-letters/${id}`),
    redrive: (id, to) => ask('POST', `/dead-letters/${id}/redrive`, { json: { to } }),
    async dropDeadLetter(id, message) {
      await ask('DELETE', `/dead-letters/${id}`, { query: { message } })
    },
  }
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

function saidOf({ message, author, dryRun }: How): NonNullable<Asked['query']> {
  return { message, author, dryRun }
}

function conditionOf({ ifMatch, ifNoneMatch }: How): Record<string, string> {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
  }
}
