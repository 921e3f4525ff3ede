/** A topic: events that are published there reach those that have subscribed to their type. */
import { object } from '../../schema/kit.ts'
import { bindingName } from '../fields.ts'
import type { Kind } from '../kind.ts'

export interface WrittenTopic {
  topic: { binding: string }
}

export interface TopicTarget {
  readonly kind: 'topic'
  /** The queue that carries the events. */
  readonly binding: string
}

export const topic: Kind<WrittenTopic, TopicTarget> = {
  form: (placing) => object({ topic: object({ binding: bindingName('a queue') }), ...placing }),
  targetOf: ({ topic: { binding } }) => ({ kind: 'topic', binding }),
  nameOf: ({ binding }) => binding,
  traitsOf: () => ({ neverSettles: true }),
  section: 'queues.producers',
}
