/** Who is believed and what they may do, as a value that a mesh is made with. What a mesh does not use it does not carry. */
import type { Judge } from '../features/access/judge.ts'
import type { AccessPolicy } from '../features/access/policy.ts'
import type { Asked } from '../features/route/asked.ts'
import type { ServiceRecord } from '../record/record.ts'

export interface Trust {
  /** The judge of a record that says who may call; `undefined` where it lets everybody do everything. */
  judge(policy: AccessPolicy): Judge<Asked> | undefined
}

export const NO_TRUST =
  'says who may call, and nothing in this mesh would judge it: give it trust, as in createMesh({ trust: access }) of "selvedge/trust".'

/** A record that says who may call is refused where nobody would ask: open by mistake is the worst it could be. */
export function lacksTrust({ policy }: ServiceRecord): string | undefined {
  return policy.access ? `$.access ${NO_TRUST}` : undefined
}
