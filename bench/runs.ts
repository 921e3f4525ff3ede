/** Several runs of one measurement, each believed only while its control holds: the same Worker twice must cost the same. */
import { type Figure, type Figures, measure, type Setup } from './sampling.ts'
import { median } from './statistics.ts'

export interface Runs {
  readonly figures: readonly Figures[]
  /** Shapes whose control was off in a run and in its repetition: not to be judged. */
  readonly off: ReadonlySet<string>
}

/** How far a twin may be from the other, as a share. */
const spread = 0.08

export async function controlledRuns(count: number, setup: Setup, say: (line: string) => void): Promise<Runs> {
  const figures: Figures[] = []
  const off = new Set<string>()
  for (let run = 1; run <= count; run++) {
    const taken = await measure(setup)
    const doubtful = setup.shapes.filter((shape) => controlIsOff(taken, shape, setup))
    if (doubtful.length > 0) {
      say(`run ${run}: the control is off with ${told(taken, doubtful, setup)}; once again`)
      Object.assign(taken, await measure({ ...setup, shapes: doubtful }))
      const lost = doubtful.filter((shape) => controlIsOff(taken, shape, setup))
      if (lost.length > 0) say(`run ${run}: and off again with ${told(taken, lost, setup)}`)
      for (const shape of lost) off.add(shape)
    }
    figures.push(taken)
  }
  return { figures, off }
}

/** The median of what `value` gives of each run's figures for a shape. */
export function ofRuns({ figures }: Runs, shape: string, value: (of: (variant: string) => Figure) => number): number {
  return median(figures.map((run) => value((variant) => figureOf(run, shape, variant))))
}

export function figureOf(figures: Figures, shape: string, variant: string): Figure {
  const figure = figures[shape]?.[variant]
  if (figure === undefined) throw new RangeError(`Nothing was measured of ${variant} with ${shape}.`)
  return figure
}

function controlIsOff(figures: Figures, shape: string, { twins: [, control] }: Setup): boolean {
  return Math.abs(figureOf(figures, shape, control).ratio - 1) > spread
}

function told(figures: Figures, shapes: readonly string[], { twins: [, control] }: Setup): string {
  return shapes.map((shape) => `${shape} (${figureOf(figures, shape, control).ratio.toFixed(3)})`).join(', ')
}
