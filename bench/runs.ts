/** Several runs of one measurement, believed only where the control holds: the same Worker twice must cost the same. */
import type { Figure, Figures } from './figures.ts'
import { measure } from './sampling.ts'
import type { Setup } from './setup.ts'
import { median } from './statistics.ts'
import type { CaseName } from './variants/cases.ts'

export interface Runs {
  readonly figures: readonly Figures[]
  /** Cases whose control was off, after as many runs again too: not to be judged. `cold` is one. */
  readonly off: ReadonlySet<string>
}

/** How far a twin may be from the other, as a share, in the median of all runs: that is what is judged of the others, too. */
const SPREAD = 0.04

export async function controlledRuns(
  count: number,
  setup: Setup,
  title: string,
  say: (line: string) => void,
): Promise<Runs> {
  const figures: Figures[] = []
  const run = async (cases: readonly CaseName[]) => {
    for (let number = 1; number <= count; number++) {
      say(`${title}: run ${number} of ${count}, ${setup.variants.length} variants, ${cases.join(', ')}`)
      figures.push(await measure({ ...setup, cases }))
    }
  }
  await run(setup.cases)
  const doubtful = setup.cases.filter((name) => isOff(figures, name, setup))
  if (doubtful.length > 0 || isOff(figures, 'cold', setup)) {
    const told = doubtful.map((name) => `${name} (${strayed(figures, name, setup).toFixed(3)})`).join(', ')
    say(`${title}: the control is off with ${told || 'cold calls'}; as many runs again`)
    // The first is what makes a process warm, and what is called cold.
    await run(setup.cases.filter((name, i) => i === 0 || doubtful.includes(name)))
  }
  return { figures, off: new Set(['cold', ...setup.cases].filter((name) => isOff(figures, name, setup))) }
}

/** The median of what `value` gives of each run's figures for a case. */
export function ofRuns(
  { figures }: Pick<Runs, 'figures'>,
  name: string,
  value: (of: (variant: string) => Figure) => number,
): number {
  const those = figures.filter((run) => run[name] !== undefined)
  return median(those.map((run) => value((variant) => figureOf(run, name, variant))))
}

export function figureOf(figures: Figures, name: string, variant: string): Figure {
  const figure = figures[name]?.[variant]
  if (figure === undefined) throw new RangeError(`Nothing was measured of ${variant} with ${name}.`)
  return figure
}

function isOff(figures: readonly Figures[], name: string, setup: Setup): boolean {
  return Math.abs(strayed(figures, name, setup) - 1) > SPREAD
}

/** The control: cold by the sum, as there all is told, warm by the median. */
function strayed(figures: readonly Figures[], name: string, { twins: [, control] }: Setup): number {
  return ofRuns({ figures }, name, (of) => (name === 'cold' ? of(control).sumRatio : of(control).ratio))
}
