/** One run: each variant in a fresh process, called cold, then warm, the variants in turn all the way. */
import { type Driven, drive, type Sample, triggerUs } from './driven.ts'
import { type Figures, figuresOf, type Round } from './figures.ts'
import { withKv } from './kv-process.ts'
import type { Plan, Setup } from './setup.ts'
import { seeded, shuffled } from './statistics.ts'
import { type CaseName, caseOf } from './variants/cases.ts'

/**
 * Short, as a machine's speed drifts and the variants of a round should meet the same weather; long enough that the
 * processor's caches are the variant's own for most of it.
 */
const sampleUs = (name: CaseName) => (caseOf(name).isLong ? 50_000 : 25_000)
const warmUpUs = 300_000
/** Calls of a sample where each variant makes as many as the others. */
const COLD = 50
const WARM = 200

export async function measure(setup: Setup): Promise<Figures> {
  const { variants, cases, plan } = setup
  const [first] = cases
  return withKv(setup.kv, async (registries) => {
    const services = { ...setup.services, ...registries }
    const all: Driven[] = []
    try {
      for (const variant of variants) all.push(await drive({ ...setup, services }, variant))
      const triggers = new Map<string, number>()
      for (const driven of all) triggers.set(driven.name, await triggerUs(driven))
      const rounds: Partial<Record<CaseName | 'cold', Round[]>> = {}
      rounds.cold = await equal(all, first as CaseName, COLD, plan.coldCalls)
      for (const name of cases) {
        const sizes = await warmUp(all, name, name === first ? plan.warmUpUs : warmUpUs)
        rounds[name] =
          name === first
            ? await equal(all, name, WARM, plan.warmCalls)
            : await sampled(all, name, (driven) => sizes.get(driven) as number, countOf(name, plan))
      }
      return Object.fromEntries(
        Object.entries(rounds).map(([name, taken]) => [name, figuresOf(net(taken, triggers), setup)]),
      )
    } finally {
      for (const driven of all) await driven.stop()
    }
  })
}

const countOf = (name: CaseName, { samples }: Plan) => (caseOf(name).isLong ? Math.ceil(samples / 2) : samples)

/** As many calls of each, in samples of `size`. */
function equal(all: readonly Driven[], name: CaseName, size: number, calls: number): Promise<Round[]> {
  return sampled(all, name, () => size, Math.ceil(calls / size))
}

async function sampled(
  all: readonly Driven[],
  name: CaseName,
  sizeOf: (driven: Driven) => number,
  count: number,
): Promise<Round[]> {
  const random = seeded(1)
  const rounds: Round[] = []
  for (let number = 0; number < count; number++) {
    const startedAt = Date.now()
    const samples: Record<string, Sample> = {}
    // Each round has an order of its own: nobody always follows the one who leaves the caches cold.
    for (const driven of shuffled(all, random)) samples[driven.name] = await driven.sample(name, sizeOf(driven))
    rounds.push({ samples, tookMs: Date.now() - startedAt })
  }
  return rounds
}

/** Answers how many calls make a sample of each variant. */
async function warmUp(all: readonly Driven[], name: CaseName, forUs: number): Promise<Map<Driven, number>> {
  const sizes = new Map<Driven, number>()
  for (const driven of all) {
    let calls = 2
    let leastUs = Number.POSITIVE_INFINITY
    for (let spentUs = 0; spentUs < forUs; ) {
      const { us } = await driven.sample(name, calls)
      spentUs += us
      leastUs = Math.min(leastUs, us / calls)
      calls = Math.max(2, Math.min(calls * 4, Math.round(sampleUs(name) / leastUs)))
    }
    sizes.set(driven, calls)
  }
  return sizes
}

/** Without what the triggers cost. */
function net(rounds: readonly Round[], triggers: ReadonlyMap<string, number>): Round[] {
  return rounds.map(({ samples, tookMs }) => {
    const less = Object.entries(samples).map(([name, sample]) => {
      return [name, { ...sample, us: sample.us - (triggers.get(name) as number) }] as const
    })
    return { samples: Object.fromEntries(less), tookMs }
  })
}
