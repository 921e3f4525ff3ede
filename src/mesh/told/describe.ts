/** Describes a record: the policy that is in effect and who wrote it, its rules, and its endpoints. */
import { MeshError } from '../../core/errors.ts'
import { policyOf } from '../../record/fields.ts'
import { leadsOf } from '../../record/leads.ts'
import { parseRecord } from '../../record/parse.ts'
import type { ServiceRecord } from '../../record/record.ts'
import { keyOf } from '../../registry/keys.ts'
import { candidatesTold } from './candidates.ts'
import type { CandidateTold, ValueTold } from './decision.ts'
import { policyTold } from './policy-told.ts'
import { type Place, teller } from './teller.ts'
import { labelOf } from './why.ts'

export interface Described {
  /** The names that stand for it, in turn, where it is an alias. Its policy is theirs. */
  readonly alias?: readonly string[] | undefined
  readonly policy: readonly ValueTold[]
  readonly rules: readonly DescribedRule[]
  readonly candidates: readonly CandidateTold[]
  /** Why the mesh does not understand it. */
  readonly refused?: string
}

export interface DescribedRule {
  readonly label: string
  /** Names that it leads to, copies among them; none where the record's own endpoints are meant. */
  readonly leadsTo: readonly string[]
  /** What it says itself: over the policy of the service that it leads to. */
  readonly policy: readonly ValueTold[]
}

/** @param text of the record, as it stands in the registry. */
export function describe(name: string, text: string, place: Omit<Place, 'registry' | 'whatIf'>): Described {
  let record: ServiceRecord
  try {
    record = parseRecord(text)
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return { policy: [], rules: [], candidates: [], refused: error.message }
  }
  const { alias, rules = [] } = record
  if (alias) return { alias, policy: [], rules: [], candidates: [] }
  const { settings, services } = teller({ ...place, registry: NO_REGISTRY }, nowhere)
  const key = keyOf(name)
  const service = services.of({ key, record, revision: undefined, freshness: 'fresh', refused: undefined, order: 1 })
  return {
    policy: policyTold([
      { source: 'MESH_DEFAULTS', written: settings.defaults },
      { source: 'record', written: record.policy },
    ]),
    rules: rules.map((rule, index) => {
      const source = `rule ${labelOf(rule, index)}`
      const own = policyTold([{ source, written: policyOf(rule) ?? {} }]).filter((value) => value.source === source)
      return {
        label: labelOf(rule, index),
        leadsTo: [...new Set(leadsOf(rule).map(({ name }) => name))],
        policy: own,
      }
    }),
    candidates: candidatesTold(service, place.installation !== undefined),
  }
}

const NO_REGISTRY = { read: async (keys: readonly string[]) => keys.map(() => undefined) }
const nowhere = async () => new Response()
