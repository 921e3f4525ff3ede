/** Records as they stand, what would become of them, and what is wrong with them. */
import type { Decision } from '../../mesh/told/decision.ts'
import type { Explanation } from '../../mesh/told/explanation.ts'
import type { Asking } from '../asking.ts'
import type {
  Change,
  CheckView,
  Conversion,
  DescriptionView,
  How,
  Issue,
  Page,
  Paging,
  RecordView,
  ResolveQuestion,
  SettingsView,
  SimulationView,
  WrittenRecord,
  WrittenView,
} from '../views/records.ts'
import { conditionOf, saidOf } from './condition.ts'

export interface RecordsClient {
  /** Records in the order of their names. */
  list(options?: Paging & { readonly prefix?: string }): Promise<Page<RecordView>>
  /** `undefined`: there is no such record. */
  get(name: string): Promise<RecordView | undefined>
  put(name: string, record: WrittenRecord, how: How): Promise<WrittenView>
  delete(name: string, how: How): Promise<WrittenView>
  /** All or none. */
  change(changes: readonly Change[], how?: Omit<How, 'ifMatch' | 'ifNoneMatch'>): Promise<WrittenView>
  /** All that is wrong with records, by name; none is written. */
  validate(records: Readonly<Record<string, WrittenRecord>>): Promise<{ readonly issues: readonly Issue[] }>
  /**
   * Records of Gateway API manifests, YAML or JSON; none is written.
   *
   * @param naming `hostname`: the name of routes that have none; `domain`: the mesh's own, default `mesh`.
   */
  convert(text: string, naming?: { readonly hostname?: string; readonly domain?: string }): Promise<Conversion>
  /** What would become of a request, and why. Nothing is sent. */
  resolve(question: ResolveQuestion): Promise<Decision>
  /** A record, its policy in effect and who wrote each value, and who refers to it; `undefined`: there is no such record. */
  describe(name: string): Promise<DescriptionView | undefined>
  /** Why a call that was made went as it did. @param receipt the value of `selvedge-receipt`. */
  explain(receipt: string): Promise<Explanation>
  /**
   * What these changes would do to requests that the mesh has served; none is written.
   *
   * @param window how old the requests may be, as `1h`. Default `24h`.
   */
  simulate(changes: readonly Pick<Change, 'name' | 'record'>[], window?: string): Promise<SimulationView>
  /** Is the installation as it should be? `version` is that of who asks, to be compared with the others. */
  check(options?: { readonly version?: string }): Promise<{ readonly checks: readonly CheckView[] }>
  settings(): Promise<SettingsView>
  configure(settings: SettingsView): Promise<SettingsView>
}

export function recordsClient({ ask, askIfThere }: Asking): RecordsClient {
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
    validate: (records) => ask('POST', '/validate', { json: { records } }),
    convert: (text, { hostname, domain } = {}) =>
      ask('POST', '/convert', { query: { hostname, domain }, headers: { 'content-type': 'application/yaml' }, text }),
    resolve: (question) => ask('POST', '/resolve', { json: question }),
    describe: (name) => askIfThere(`${at(name)}/describe`),
    explain: (receipt) => ask('POST', '/explain', { json: { receipt } }),
    simulate: (changes, window) =>
      ask('POST', '/simulate', { json: { changes: changes.map(({ name, record }) => ({ name, record })), window } }),
    check: ({ version } = {}) => ask('GET', '/check', { query: { version } }),
    settings: () => ask('GET', '/settings'),
    configure: (settings) => ask('PUT', '/settings', { json: settings }),
  }
}
