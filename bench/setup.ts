/** What is measured: variants of one Worker, the calls made to them, and how long for. */
import type { Services } from './config.ts'
import type { CaseName } from './variants/cases.ts'

export interface Plan {
  /** Samples of each variant in a run, for each case but the first. */
  readonly samples: number
  /** Calls of each variant whose CPU is summed up, warm, in the first case. */
  readonly warmCalls: number
  /** Calls of an isolate, from its first on, that count as cold. */
  readonly coldCalls: number
  /** CPU that each variant spends before the first case counts as warm, in microseconds. */
  readonly warmUpUs: number
}

/** V8 compiles for good what has been called some ten thousand times: four seconds of CPU are that and more. */
export const plan: Plan = { samples: 24, warmCalls: 20_000, coldCalls: 2_000, warmUpUs: 4_000_000 }
/** An indication. */
export const quickPlan: Plan = { samples: 12, warmCalls: 4_000, coldCalls: 2_000, warmUpUs: 1_500_000 }

export interface Variant {
  /** That of its service. */
  readonly name: string
  readonly entrypoint?: string
  /** The KV service whose reads are its own. */
  readonly kv?: string
  /** The hosts to call in turn. Default: that of the case. */
  readonly hosts?: readonly string[]
}

export interface Setup {
  /** The Workers of the variants, and `origin`. */
  readonly services: Services
  /** Names of KV services to add. They are processes of their own: what KV spends is not the caller's. */
  readonly kv: readonly string[]
  readonly modules: Readonly<Record<string, string>>
  readonly variants: readonly Variant[]
  /** Two variants that are one Worker: the yardstick, and what shows how true it is. */
  readonly twins: readonly [string, string]
  /** The first is called cold, too. */
  readonly cases: readonly CaseName[]
  readonly plan: Plan
}

/** The code of a driver and an origin, which each process has beside its variant. */
export const BESIDE = ['driver', 'origin']
