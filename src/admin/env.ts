/** What the control plane's Worker has, and what a request of the admin API carries. */
import type { LetterCount, LetterRow, LettersQuestion } from '../durable/letters/letters-engine.ts'
import type { RegistryEngine } from '../durable/registry-engine.ts'
import type { SagaBook } from '../durable/sagas/saga-book.ts'
import type { Point } from '../durable/stats/number-book.ts'
import type { ShapePage } from '../durable/stats/shape-book.ts'
import type { Coverage, SumsNow, Totals } from '../durable/stats/stats-engine.ts'
import type { OpenedTap, TapNews } from '../durable/stats/taps.ts'
import { DEAD_LETTERS_NAME } from '../telemetry/dead-letter.ts'
import { type Digest, type DigestAnswer, STATS } from '../telemetry/digest.ts'
import type { ReporterKind } from '../telemetry/numbers/reporters.ts'
import type { TapFilter } from '../telemetry/tap/tap.ts'
import type { Token } from './auth/tokens.ts'

type Called = Omit<RegistryEngine, 'ready' | 'turn' | 'nextAt'>

/** The registry's object, called over RPC. */
export type Registry = {
  readonly [Method in keyof Called]: (
    ...args: Parameters<Called[Method]>
  ) => Promise<Awaited<ReturnType<Called[Method]>>>
}

/** As much of the stats object as the API asks, called over RPC. */
export interface Stats {
  shapes(options: { forMs?: number; cursor?: string; limit?: number }): Promise<ShapePage>
  coverage(): Promise<Coverage>
  sums(windowMs: number): Promise<SumsNow>
  totals(): Promise<Totals>
  report(caller: string, digest: Digest): Promise<DigestAnswer>
  series(service: string, windowMs: number, reporter?: ReporterKind): Promise<{ stepMs: number; points: Point[] }>
  openTap(filter: TapFilter, forMs: number): Promise<OpenedTap | undefined>
  readTap(id: string): Promise<TapNews | undefined>
  closeTap(id: string): Promise<void>
}

type Told<Of> = {
  readonly [Method in keyof Of]: Of[Method] extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never
}

/** The list of sagas, called over RPC. */
export type Sagas = Told<Omit<SagaBook, 'look'>>

/** As much of a Workflow as sagas are decided with. */
export interface SagaInstance {
  status(): Promise<{ status: string; error?: { message: string } }>
  sendEvent(event: { type: string; payload: unknown }): Promise<void>
}

/** As much of the object of dead letters as the API asks, called over RPC. */
export interface DeadLetters {
  list(question: LettersQuestion): Promise<{ readonly items: LetterRow[]; readonly cursor?: string }>
  /** The letter as text. */
  read(id: string): Promise<{ readonly row: LetterRow; readonly letter: string } | undefined>
  sending(id: string): Promise<boolean>
  sent(id: string, isSent: boolean): Promise<void>
  drop(id: string): Promise<boolean>
  counts(): Promise<LetterCount[]>
}

/** Bindings and variables, as in docs/configuration.md. */
export interface ControlEnv {
  readonly REGISTRY: KVNamespace
  readonly REGISTRY_OBJECT: { getByName(name: string): Registry }
  readonly STATS_OBJECT?: { getByName(name: string): Stats }
  readonly SAGAS_OBJECT?: { getByName(name: string): Sagas }
  readonly DEAD_LETTERS?: { getByName(name: string): DeadLetters }
  /** The one token of a small installation: it may do everything, under the name `admin`. */
  readonly ADMIN_TOKEN?: string
  /** Tokens by name, as JSON: each with its role, its prefixes and its SHA-256. */
  readonly ADMIN_TOKENS?: string
  readonly MESH_GRANT_KEY?: string
  /** Of it the domain, `sign` and `overrides` are read: who mints overrides. The secret that `sign` names stands beside it. */
  readonly MESH_TRUST?: string | object
}

export interface AdminEnv {
  Bindings: ControlEnv
  Variables: { token: Token }
}

/** The mesh has one. */
export function registryOf({ REGISTRY_OBJECT }: ControlEnv): Registry {
  return REGISTRY_OBJECT.getByName('registry')
}

/** Where isolates are counted, if anywhere. */
export function statsOf({ STATS_OBJECT }: ControlEnv): Stats | undefined {
  return STATS_OBJECT?.getByName(STATS)
}

/** Where sagas are listed, if anywhere. */
export function sagasOf({ SAGAS_OBJECT }: ControlEnv): Sagas | undefined {
  return SAGAS_OBJECT?.getByName('sagas')
}

/** The Workflow of this name, as the Worker that starts sagas calls it. */
export function workflowOf(
  env: ControlEnv,
  binding: string | null,
): { get(id: string): Promise<SagaInstance> } | undefined {
  const value = (env as object as Readonly<Record<string, unknown>>)[binding ?? 'SAGAS']
  const isWorkflow = typeof value === 'object' && value !== null && 'create' in value && 'get' in value
  return isWorkflow ? (value as { get(id: string): Promise<SagaInstance> }) : undefined
}

/** Where dead letters are kept, if anywhere. */
export function deadLettersOf({ DEAD_LETTERS }: ControlEnv): DeadLetters | undefined {
  return DEAD_LETTERS?.getByName(DEAD_LETTERS_NAME)
}
