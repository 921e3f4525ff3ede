/** Rules that are compared: the mesh's own, and those of others in its place. */
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Strategies } from '../mesh/strategies.ts'
import type { WrittenPolicy } from '../record/fields.ts'

export interface Contender {
  readonly name: string
  /** Laid over the policy of every record of the scenario. */
  readonly policy: WrittenPolicy
  /**
   * Do hops know of each other? The mesh's headers tell the next one of the deadline and the allowance, and the caller
   * of what was used. Those of others are taken away on the network.
   */
  readonly tells: boolean
  /** Does each isolate go by what it sees itself, though the scenario lets them hear of each other? Default false. */
  readonly isAlone?: boolean
  /** The rules of one isolate, where they are not the mesh's own. Made anew for each. */
  rules?(clock: Clock, random: Random): Rules
}

export interface Rules extends Strategies {
  /** An attempt is sent; 1 is the first. What is returned is called when it is answered, or given up. */
  attempt?(number: number): () => void
}

/** The mesh as it is. */
export const selvedge: Contender = { name: 'selvedge', policy: {}, tells: true }

/** The same where no isolate hears of the others. */
export const alone: Contender = { ...selvedge, name: 'each by itself', isAlone: true }
