/** The registry's Durable Object: one a mesh, in the control plane's Worker. The data plane never waits for it. */
import { DurableObject } from 'cloudflare:workers'
import { systemClock } from '../core/time/clock.ts'
import { DURATION_FORM, durationMs, isDuration } from '../schema/duration.ts'
import type { By, Change, Condition, Issue } from './ledger/change.ts'
import type { WrittenKey } from './ledger/kept-key.ts'
import type { ChangesAsked } from './ledger/reads.ts'
import type { Place, Revision } from './ledger/revision.ts'
import type { Manner } from './ledger/writes.ts'
import { rearm } from './rearm.ts'
import { type RegistryEngine, registryEngine, type Settings } from './registry-engine.ts'

export interface RegistryObjectEnv {
  readonly REGISTRY: KVNamespace
  /** Public keys of those who may sign, where they turn without a deploy. */
  readonly TRUST?: KVNamespace
  /** How long between scans of KV for edits by hand, as `"5m"`; `"0s"`: never. */
  readonly REGISTRY_SCAN?: string
}

/**
 * Its methods are those of the engine, called over RPC; each is refused with `registry_unavailable` until what stood in KV
 * has been taken in. An answer may say no: `{ ok: false, refusals }`.
 */
export class RegistryObject<Env extends RegistryObjectEnv = RegistryObjectEnv> extends DurableObject<Env> {
  readonly #engine: RegistryEngine

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { storage } = ctx
    this.#engine = registryEngine({
      store: storage,
      namespace: env.REGISTRY,
      trust: env.TRUST,
      clock: systemClock,
      validate: (name, text) => this.issuesOf(name, text),
      scanMs: scanMsOf(env.REGISTRY_SCAN),
      // Not waited for: it is stored with what was written before it, in one piece, before any answer leaves.
      wake: (at) => void storage.setAlarm(at),
    })
    rearm(ctx, () => this.#engine.nextAt())
  }

  /** What is wrong with a record that is to be written. Anything may be, unless a subclass says otherwise. */
  protected issuesOf(_name: string, _text: string): readonly Issue[] {
    return []
  }

  override alarm(): Promise<void> {
    return this.#engine.turn()
  }

  async write(changes: readonly Change[], by: By, manner?: Manner) {
    return (await this.#ready()).write(changes, by, manner)
  }

  async rollback(service: string, to: number, by: By, condition?: Condition, manner?: Manner) {
    return (await this.#ready()).rollback(service, to, by, condition, manner)
  }

  async resolve(service: string, choice: 'adopt' | 'overwrite', by: By) {
    return (await this.#ready()).resolve(service, choice, by)
  }

  async get(service: string) {
    return (await this.#ready()).get(service)
  }

  async list(options?: { prefix?: string; cursor?: string; limit?: number }) {
    return (await this.#ready()).list(options)
  }

  async history(service: string, options?: { cursor?: number; limit?: number }) {
    return (await this.#ready()).history(service, options)
  }

  async changes(asked?: ChangesAsked) {
    return (await this.#ready()).changes(asked)
  }

  async size() {
    return (await this.#ready()).size()
  }

  async status(revision: number) {
    return (await this.#ready()).status(revision)
  }

  async latest() {
    return (await this.#ready()).latest()
  }

  async read(services: readonly string[], atLeast: number) {
    return (await this.#ready()).read(services, atLeast)
  }

  async drifted(limit?: number, after?: string) {
    return (await this.#ready()).drifted(limit, after)
  }

  async scan() {
    return (await this.#ready()).scan()
  }

  async settings() {
    return (await this.#ready()).settings()
  }

  async configure(settings: Settings) {
    return (await this.#ready()).configure(settings)
  }

  async trustKeys() {
    return (await this.#ready()).trustKeys()
  }

  async publishKey(key: WrittenKey) {
    return (await this.#ready()).publishKey(key)
  }

  async retireKey(kid: string, isForced: boolean) {
    return (await this.#ready()).retireKey(kid, isForced)
  }

  async export(after?: Place, limit?: number) {
    return (await this.#ready()).export(after, limit)
  }

  async restore(rows: readonly Revision[]) {
    return this.#engine.restore(rows)
  }

  async restored(truth: 'kv' | 'history', by: By) {
    return this.#engine.restored(truth, by)
  }

  async #ready(): Promise<RegistryEngine> {
    await this.#engine.ready()
    return this.#engine
  }
}

function scanMsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!isDuration(text)) throw new TypeError(`REGISTRY_SCAN is ${DURATION_FORM}; got ${JSON.stringify(text)}.`)
  return durationMs(text)
}
