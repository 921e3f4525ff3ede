/** Why a topic cannot be reached from here. */
import { queueBlocked } from '../queue/reach.ts'
import type { Here } from '../road.ts'
import type { TopicTarget } from './schema.ts'

export function topicBlocked({ binding }: TopicTarget, here: Here): string | undefined {
  return here.hasTopics
    ? queueBlocked({ kind: 'queue', binding }, here)
    : 'This mesh was made without `topics` of selvedge/events.'
}
