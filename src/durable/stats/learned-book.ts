/** What isolates of the last minute have learned: who leaves which endpoint alone, and what is left of budgets. In memory alone: they tell it again. */
import type { Verdict } from '../../core/effects.ts'
import type { Ejected, Learned } from '../../telemetry/learned.ts'
import type { NumbersDigest } from '../../telemetry/numbers/numbers-digest.ts'

/** An endpoint that isolates leave alone. */
export interface EjectedSum {
  readonly service: string
  readonly endpoint: string
  /** How many leave it alone. */
  readonly isolates: number
  /** How many have used it in the last minute, or leave it alone. */
  readonly of: number
  /** How many of them for what. */
  readonly because: Readonly<Partial<Record<Verdict, number>>>
  /** Since when the first of them does, in milliseconds since the Unix epoch, by the object's clock. */
  readonly sinceAt: number
  /** When the first of them probes it by its next call; in the past: that is due. */
  readonly probeAt: number
}

export interface LearnedSum {
  readonly ejected: readonly EjectedSum[]
  /** Retries that the budget could pay for, in the isolate that has least, by the service. */
  readonly budgets: Readonly<Record<string, number>>
}

export interface LearnedBook {
  take(isolate: string, sequence: number, told: Told, now: number): void
  sum(now: number): LearnedSum
}

/** What a digest has of it. */
interface Told {
  readonly numbers?: NumbersDigest | undefined
  readonly learned?: Learned | undefined
}

/** Who has told nothing for so long has no traffic, or is no more. */
const MINUTE_MS = 60_000
/** Uses of an endpoint that are remembered, over all isolates: some 10 MB. */
const MOST_USES = 100_000

interface Isolate {
  readonly sequence: number
  readonly at: number
  /** When it used each endpoint last. */
  readonly used: ReadonlyMap<string, number>
  readonly ejected: readonly Ejected[]
  /** What was left of each, and when. */
  readonly budgets: ReadonlyMap<string, { readonly left: number; readonly at: number }>
}

export function learnedBook(): LearnedBook {
  /** Those that told last come last. */
  const isolates = new Map<string, Isolate>()
  let uses = 0

  function forget(isolate: string): void {
    uses -= isolates.get(isolate)?.used.size ?? 0
    isolates.delete(isolate)
  }

  function prune(now: number): void {
    for (const [isolate, { at }] of isolates) {
      if (now - at < MINUTE_MS && uses <= MOST_USES) return
      forget(isolate)
    }
  }

  return {
    take(isolate, sequence, { numbers, learned }, now) {
      if (!numbers) return
      const before = isolates.get(isolate)
      // One that comes late says nothing of now.
      if (before && before.sequence > sequence) return
      const used = new Map([...(before?.used ?? [])].filter(([, at]) => now - at < MINUTE_MS))
      const budgets = new Map([...(before?.budgets ?? [])].filter(([, { at }]) => now - at < MINUTE_MS))
      for (const { endpoints } of Object.values(numbers.services)) {
        for (const endpoint of Object.keys(endpoints)) used.set(endpoint, now)
      }
      for (const [service, left] of Object.entries(learned?.budgets ?? {})) budgets.set(service, { left, at: now })
      forget(isolate)
      isolates.set(isolate, { sequence, at: now, used, ejected: learned?.ejected ?? [], budgets })
      uses += used.size
      prune(now)
    },
    sum(now) {
      prune(now)
      const known = [...isolates.values()]
      return { ejected: ejectedIn(known, now), budgets: leastOf(known, now) }
    },
  }
}

function ejectedIn(isolates: readonly Isolate[], now: number): EjectedSum[] {
  const sums = new Map<string, EjectedSum>()
  for (const { at, ejected } of isolates) {
    for (const { service, endpoint, because, sinceMs, forMs } of ejected) {
      const key = JSON.stringify([service, endpoint])
      const sum = sums.get(key)
      sums.set(key, {
        service,
        endpoint,
        isolates: (sum?.isolates ?? 0) + 1,
        of: 0,
        because: { ...sum?.because, [because]: (sum?.because[because] ?? 0) + 1 },
        sinceAt: Math.min(sum?.sinceAt ?? now, at - sinceMs),
        probeAt: Math.min(sum?.probeAt ?? Number.POSITIVE_INFINITY, at + forMs),
      })
    }
  }
  return [...sums.values()].map((sum) => ({ ...sum, of: isolates.filter((one) => knows(one, sum)).length }))
}

function knows({ used, ejected }: Isolate, { service, endpoint }: EjectedSum): boolean {
  return used.has(endpoint) || ejected.some((one) => one.service === service && one.endpoint === endpoint)
}

function leastOf(isolates: readonly Isolate[], now: number): Record<string, number> {
  const least: Record<string, number> = {}
  for (const { budgets } of isolates) {
    for (const [service, { left, at }] of budgets) {
      if (now - at < MINUTE_MS) least[service] = Math.min(least[service] ?? left, left)
    }
  }
  return least
}
