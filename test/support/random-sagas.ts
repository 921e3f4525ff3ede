/** Sagas of random shapes under random weather: steps with and without undo, events, a pivot or none, what comes after it. */
import { type Random, seeded } from '../../src/core/time/random.ts'
import { type Definition, saga } from '../../src/saga/saga.ts'
import { testParticipant, testSaga } from '../../src/testing.ts'

export interface ExploredSagas {
  readonly sagas: number
  readonly crashes: number
  readonly outcomes: Readonly<Record<string, number>>
}

const SERVICES = ['a', 'b', 'c']
const post = { method: 'POST', body: '{}' }

/**
 * @param each runs of each shape; none of them is one of the planned ones.
 * @throws where one was neither done nor undone.
 */
export async function exploredSagas({
  sagas,
  each,
  seed,
}: {
  readonly sagas: number
  readonly each: number
  readonly seed: number
}): Promise<ExploredSagas> {
  const random = seeded(seed)
  const outcomes: Record<string, number> = {}
  let crashes = 0
  let count = 0
  for (let shape = 1; count < sagas; shape++) {
    const services = Object.fromEntries(SERVICES.map((name) => [name, testParticipant()]))
    const test = testSaga(randomSaga(random), { services, seed: seed * 1_000_000 + shape })
    const explored = await test.explore({ runs: Math.min(each, sagas - count), singles: false })
    count += explored.runs
    crashes += explored.crashes
    for (const [outcome, times] of Object.entries(explored.outcomes)) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + times
    }
  }
  return { sagas: count, crashes, outcomes }
}

function randomSaga(random: Random): Definition {
  const one = () => SERVICES[Math.floor(random.next() * SERVICES.length)]
  let before = saga<unknown>('random', random.next() < 0.2 ? { deadline: '5m' } : {})
  for (let step = Math.floor(random.next() * 4); step >= 0; step--) {
    const service = one()
    const draw = random.next()
    if (draw < 0.15) before = before.event(`event-${step}`, { type: `go-${step}`, timeout: '1 day' })
    else if (draw < 0.25) before = before.step(`look-${step}`, () => step)
    else {
      before = before.step(
        `step-${step}`,
        ({ call }) => call(`http://${service}/`, post),
        ({ call, undoes }) => call(`http://${service}/${undoes}`, { method: 'DELETE' }),
      )
    }
  }
  if (random.next() < 0.2) return before
  const pivot = one()
  let after = before.pivot('pivot', ({ call }) => call(`http://${pivot}/`, post))
  for (let step = Math.floor(random.next() * 3); step > 0; step--) {
    const service = one()
    after = after.step(`after-${step}`, ({ call }) => call(`http://${service}/`, post))
  }
  return after
}
