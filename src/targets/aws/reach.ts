/** Why a Lambda function cannot be reached from here. */
import { WITHOUT_CLOUD } from '../cloud.ts'
import type { Here } from '../road.ts'
import type { LambdaTarget } from './schema.ts'

export function lambdaBlocked(_target: LambdaTarget, { hasCloud }: Here): string | undefined {
  return hasCloud ? undefined : WITHOUT_CLOUD
}
