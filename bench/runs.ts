/** Several runs of one measurement, each believed only while its control holds: the same Worker twice must cost the same. */
import { type Figures, measure, type Setup } from './sampling.ts'
import { median } from './statistics.ts'

export interface Runs {
  readonly figures: readonly Figures[]
  /** Shapes whose control was off in a run and in its repetition: not to be judged. */
  readonly off: readonly string[]
}

/** How far the control may be from its twin, as a ratio. */
const spread = 0.08

/** @param twins two variants that are one Worker. */
export async function controlledRuns(
  count: number,
  setup: Setup,
  twins: readonly [string, string],
  say: (line: string) => void,
): Promise<Runs> {
  const figures: Figures[] = []
  const off = new Set<string>()
  for (let run = 1; run <= count; run++) {
    const taken = await measure(setup)
    const doubtful = setup.shapes.filter((shape) => isOff(taken, shape, twins))
    if (doubtful.length > 0) {
      say(`run ${run}: control off for ${doubtful.map((shape) => told(taken, shape, twins)).join(', ')}; once again`)
      Object.assign(taken, await measure({ ...setup, shapes: doubtful }))
      for (const shape of doubtful.filter((shape) => isOff(taken, shape, twins))) {
        say(`run ${run}: control off again for ${told(taken, shape, twins)}`)
        off.add(shape)
      }
    }
    figures.push(taken)
  }
  return { figures, off: [...off] }
}

export function ratio(figures: Figures, shape: string, variant: string, base: string): number {
  return us(figures, shape, variant) / us(figures, shape, base)
}

export function us(figures: Figures, shape: string, variant: string): number {
  const figure = figures[shape]?.[variant]
  if (figure === undefined) throw new RangeError(`Nothing was measured of ${variant} with ${shape}.`)
  return figure.us
}

/** The median of what `value` gives of each run. */
export function medianOf({ figures }: Runs, value: (figures: Figures) => number): number {
  return median(figures.map(value))
}

function isOff(figures: Figures, shape: string, [one, other]: readonly [string, string]): boolean {
  return Math.abs(ratio(figures, shape, other, one) - 1) > spread
}

function told(figures: Figures, shape: string, [one, other]: readonly [string, string]): string {
  return `${shape} (${ratio(figures, shape, other, one).toFixed(3)})`
}
