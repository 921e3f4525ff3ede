/** Why a saga cannot be started from here. */
import { absent } from '../bindings.ts'
import { WITHOUT_CLOUD } from '../cloud.ts'
import type { Here } from '../road.ts'
import type { SagaTarget } from './schema.ts'

export const WORKFLOW = { what: 'Workflow', methods: ['create', 'get'] }

export function sagaBlocked({ binding }: SagaTarget, { bindings, hasCloud }: Here): string | undefined {
  return hasCloud ? absent(bindings, binding, WORKFLOW) : WITHOUT_CLOUD
}
