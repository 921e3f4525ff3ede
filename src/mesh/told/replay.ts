/** Makes the choices of a receipt again, by the mesh's own balancers: of the candidates as they stood, and of what chance gave. */
import { MeshError } from '../../core/errors.ts'
import type { Random } from '../../core/time/random.ts'
import type { Choice, Load } from '../../features/balance/balancer.ts'
import { balancers } from '../../features/balance/balancers.ts'
import { ALGORITHMS, type BalancePolicy } from '../../features/balance/policy.ts'
import { split } from '../../features/route/split.ts'
import type { Rule } from '../../record/rule.ts'
import { nameOfRef } from '../../schema/backend-ref.ts'
import type { ChoiceRead, Round } from '../../wire/receipt/view.ts'

export interface ReplayedChoice {
  /** What the balancer takes now; left out where that cannot be said. */
  readonly endpoint?: string | undefined
  readonly because?: string | undefined
  /** Positions of candidates whose load the balancer has looked at. */
  readonly compared: ReadonlySet<number>
}

/** @param isWhole is nothing of it left out? */
export function replayedChoice(choice: ChoiceRead, isWhole: boolean): ReplayedChoice {
  const { rounds, algorithm, isKeyed } = choice
  const compared = new Set<number>()
  const not = (because: string) => ({ because, compared })
  const last = rounds.at(-1)
  if (!isWhole) return not('The receipt was too long, and has not all of it.')
  if (!last)
    return not(
      choice.chosen === undefined ? 'Nothing was to choose from.' : 'A session or a probe decided, and no chance.',
    )
  if (!isAlgorithm(algorithm)) return not(`This version knows no balancer "${algorithm}".`)
  if (algorithm === 'round-robin') return not('Whose turn it is, the isolate keeps to itself.')
  if (isKeyed && last.draws.length === 0) return not('A key of the request decided, which a receipt does not tell.')
  try {
    const balancer = balancerOf(choice, algorithm, last, compared)
    return { endpoint: balancer, compared }
  } catch (error) {
    if (error instanceof RangeError || error instanceof MeshError)
      return not('The receipt does not hold what the balancer asks for.')
    throw error
  }
}

function balancerOf(
  choice: ChoiceRead,
  algorithm: BalancePolicy['algorithm'],
  { among, draws }: Round,
  compared: Set<number>,
): string {
  const all = choice.candidates.map(({ endpoint, weight, cost, inFlight }, index): Choice => {
    return { endpoint: { id: endpoint, weight }, load: standing(cost, inFlight, () => compared.add(index)) }
  })
  const pick = balancers(repeated(draws))(algorithm, all)
  const seen = among.flatMap((index) => all[index] ?? [])
  // What a balancer of the whole list knows of it, it knows of the very list.
  const isAll = seen.length === all.length && seen.every((one, index) => one === all[index])
  return pick(isAll ? all : seen, choice.at).endpoint.id
}

/** A load as it was then. */
function standing(cost: number, inFlight: number, onLook: () => void): Load {
  return {
    cost() {
      onLook()
      return cost
    },
    inFlight() {
      onLook()
      return inFlight
    },
    start() {
      throw new RangeError('Nothing is sent again.')
    },
  }
}

/** Chance as it was then. */
function repeated(draws: readonly number[]): Random {
  let next = 0
  return {
    next() {
      const draw = draws[next++]
      if (draw === undefined) throw new RangeError('Chance was asked more often than then.')
      return draw
    },
    hex() {
      throw new RangeError('Chance was asked for something else than then.')
    },
  }
}

function isAlgorithm(text: string): text is BalancePolicy['algorithm'] {
  return text === 'ring-hash' || (ALGORITHMS as readonly string[]).includes(text)
}

/** The backend that a rule would choose of these draws: its name, or `undefined` for the record's own endpoints. */
export function replayedBackend({ backendRefs = [] }: Rule, draws: readonly number[]): string | undefined {
  const ways = backendRefs.map((backend) => ({ name: nameOfRef(backend), weight: backend.weight ?? 1 }))
  const random = repeated(draws)
  return split(ways, () => random.next())()?.name
}
