/** What the rounds of a run come to: by the median, which leaves out what is rare, and by the sum, which leaves out nothing. */
import type { Sample } from './driven.ts'
import type { Setup } from './setup.ts'
import { lowerQuartile, mean, median } from './statistics.ts'

/** One sample of each variant, by name, and how long they took together. */
export interface Round {
  readonly samples: Readonly<Record<string, Sample>>
  readonly tookMs: number
}

export interface Figure {
  /** CPU a call, of the whole process, as a multiple of the twins': the median of the rounds. The second twin's is of the first alone. */
  readonly ratio: number
  /** The same of the CPU of all calls together: full collections of garbage fall where they fall. */
  readonly sumRatio: number
  /** The median in microseconds, at the speed of the machine's better moments. */
  readonly us: number
  /** Reads of the variant's registry while samples were taken. */
  readonly kvReads: number
  /** Refreshes that the time it took allows: one a window, and one that was due. */
  readonly refreshes: number
  readonly calls: number
}

/** Figures by case, and those of the first while it was `cold`; then by variant. */
export type Figures = Record<string, Record<string, Figure>>

/** A record is fresh for so long (docs/registry.md). */
const freshMs = 5_000

/**
 * A machine may be twice as slow a second later, for all variants alike, so each sample is compared with those of its
 * own round. The median of that is little moved by rounds in which something else happened to one of them.
 */
export function figuresOf(
  rounds: readonly Round[],
  { variants, twins: [one, other] }: Pick<Setup, 'variants' | 'twins'>,
): Record<string, Figure> {
  const us = ({ samples }: Round, name: string) => perCall(samples[name])
  const yardstick = (round: Round) => mean([us(round, one), us(round, other)])
  const baseUs = lowerQuartile(rounds.map(yardstick))
  const total = (name: string, pick: keyof Sample) =>
    rounds.reduce((sum, { samples }) => sum + (samples[name]?.[pick] ?? 0), 0)
  const overall = (name: string) => total(name, 'us') / total(name, 'calls')
  const elapsedMs = rounds.reduce((sum, { tookMs }) => sum + tookMs, 0)

  const figureOf = (name: string): Figure => {
    const base = (round: Round) => (name === other ? us(round, one) : yardstick(round))
    const ratio = name === one ? 1 : median(rounds.map((round) => us(round, name) / base(round)))
    const sumBase = name === other ? overall(one) : mean([overall(one), overall(other)])
    return {
      ratio,
      sumRatio: name === one ? 1 : overall(name) / sumBase,
      us: ratio * baseUs,
      kvReads: total(name, 'kvReads'),
      refreshes: Math.floor(elapsedMs / freshMs) + 1,
      calls: total(name, 'calls'),
    }
  }
  return Object.fromEntries(variants.map(({ name }) => [name, figureOf(name)]))
}

function perCall(sample: Sample | undefined): number {
  return sample === undefined ? Number.NaN : sample.us / sample.calls
}
