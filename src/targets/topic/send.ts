/** Publishes to a topic by what the mesh was given for it: what reads events is not carried without need. */
import { bound } from '../bindings.ts'
import { QUEUE } from '../queue/reach.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import type { TopicTarget } from './schema.ts'
import type { EventQueue, Topics } from './topics.ts'

export async function sendToTopic(
  { bindings, topics }: Pick<Ways, 'bindings' | 'topics'>,
  request: Request,
  sent: Sent,
  { binding }: TopicTarget,
): Promise<Response> {
  // Without it the endpoint is not among the candidates.
  return (topics as Topics)(bound<EventQueue>(bindings, binding, QUEUE), request, sent)
}
