/** Sends to a Lambda function by what the mesh was given for other clouds: what signs is not carried without need. */
import type { Cloud } from '../cloud.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import type { LambdaTarget } from './schema.ts'

export function sendByInvoke(
  { cloud }: Pick<Ways, 'cloud'>,
  request: Request,
  sent: Sent,
  target: LambdaTarget,
): Promise<Response> {
  // Without it the endpoint is not among the candidates.
  return (cloud as Cloud).lambda(target, request, sent)
}
