/**
 * Differences of less than 5 µs: several ways of the same call, over a binding that answers at once, so that little but the mesh is measured.
 *
 * A Worker takes `{ name, calls }` and answers `{ answered }`. Among its ways are `plain` and `control`, which are the same.
 */
import { bundles } from './bundle.ts'
import { workerdConfig } from './config.ts'
import { lowerQuartile, mean, median, seeded, shuffled } from './statistics.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

/**
 * Calls of a sample, and samples of each way. A sample is compared with those of its own round: the shorter they are, the
 * more alike is the machine's speed in all of them, and many even out when garbage is collected.
 */
const CALLS = 300
const ROUNDS = 700
const WARM_UP_ROUNDS = 150
/** What the control strays is noise, in µs. Where it is more, as many rounds are taken again, and again, and then there is no verdict. */
export const SPREAD_US = 0.1
const TRIES = 3

export interface Difference {
  readonly us: number
  readonly addedUs: number
  readonly ratio: number
}

export interface Differences<Name extends string> {
  readonly of: (name: Name) => Difference
  readonly isQuiet: boolean
}

/** @param over what a way is compared with, where that is not `plain`. */
export async function measureDifferences<Name extends string>(
  code: string,
  names: readonly (Name | 'plain' | 'control')[],
  over: Partial<Record<Name, Name>>,
  say: (line: string) => void,
): Promise<Differences<Name | 'plain' | 'control'>> {
  type Way = Name | 'plain' | 'control'
  say(`${code}: ${ROUNDS} rounds of ${CALLS} calls of each of ${names.length} ways`)
  const workerd = await startWorkerd(workerdConfig({ [code]: { code: `${code}.js` } }, code), await bundles([code]))
  try {
    const random = seeded(1)
    const rounds: Record<Way, number>[] = []
    const round = async () => {
      const us = {} as Record<Way, number>
      for (const name of shuffled(names, random)) us[name] = await sample(workerd, name)
      return us
    }
    // The twins are compared with each other, what differs from them with both.
    const base = (us: Record<Way, number>, name: Way) => {
      if (name === 'plain' || name === 'control') return us.plain
      const other = over[name as Name]
      return other === undefined ? mean([us.plain, us.control]) : us[other]
    }
    const of = (name: Way): Difference => ({
      us: lowerQuartile(rounds.map((us) => us[name])),
      addedUs: median(rounds.map((us) => us[name] - base(us, name))),
      ratio: median(rounds.map((us) => us[name] / base(us, name))),
    })
    const isQuiet = () => Math.abs(of('control').addedUs) <= SPREAD_US
    // The first rounds are for the compiler.
    for (let number = 0; number < WARM_UP_ROUNDS; number++) await round()
    for (let tries = 0; tries < TRIES && (tries === 0 || !isQuiet()); tries++) {
      if (tries > 0) say(`${code}: the control strays by ${of('control').addedUs.toFixed(2)} µs; as many rounds again`)
      for (let number = 0; number < ROUNDS; number++) rounds.push(await round())
    }
    return { of, isQuiet: isQuiet() }
  } finally {
    await workerd.stop()
  }
}

async function sample(workerd: Workerd, name: string): Promise<number> {
  const before = workerd.cpuUs()
  const answer = await fetch(workerd.url, { method: 'POST', body: JSON.stringify({ name, calls: CALLS }) })
  const { answered } = (await answer.json()) as { answered: number }
  if (answered !== CALLS) throw new Error(`${answered} calls of ${CALLS} were answered.`)
  return (workerd.cpuUs() - before) / CALLS
}
