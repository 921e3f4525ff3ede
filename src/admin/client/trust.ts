/** Who may ask, who may sign, and who may call. */
import type { Asking } from '../asking.ts'
import type { GrantView, OverrideView } from '../views/records.ts'
import type { AuthzOptions, AuthzView } from '../views/traffic.ts'
import type { KeysView } from '../views/trust.ts'

export interface TrustClient {
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
  /** Public keys of those who may sign. */
  keys(): Promise<KeysView>
  /** Publishes the public half of a key, a JWK: a mesh that has the private one signs with it two minutes later. */
  publishKey(kid: string, key: Readonly<Record<string, unknown>>): Promise<KeysView>
  /** @param how `force`: though callers may be refused for it. */
  retireKey(kid: string, how?: { readonly force?: boolean }): Promise<KeysView>
  /** Who may call whom by the records, and who did. */
  authz(options?: AuthzOptions): Promise<AuthzView>
}

export function trustClient({ ask }: Asking): TrustClient {
  return {
    grant: (names) => ask('POST', '/grants', { json: { names } }),
    override: (overrides, forTime, author) => ask('POST', '/overrides', { json: { overrides, for: forTime, author } }),
    keys: () => ask('GET', '/keys'),
    publishKey: (kid, key) => ask('PUT', `/keys/${encodeURIComponent(kid)}`, { json: { key } }),
    retireKey: (kid, { force } = {}) => ask('DELETE', `/keys/${encodeURIComponent(kid)}`, { query: { force } }),
    authz: ({ window, service } = {}) => ask('GET', '/authz', { query: { window, service } }),
  }
}
