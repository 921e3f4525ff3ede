/** Sends to a saga by what the mesh was given for what few call: what starts one is not carried without need. */
import type { Cloud } from '../cloud.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import type { SagaTarget } from './schema.ts'

export function sendToSaga(
  { cloud }: Pick<Ways, 'cloud'>,
  request: Request,
  sent: Sent,
  target: SagaTarget,
): Promise<Response> {
  // Without it the endpoint is not among the candidates.
  return (cloud as Cloud).saga(target, request, sent)
}
