/** What an editor tells of a Queue. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{queue}': { description: 'A Queue: the request is accepted (202), not answered.' },
  'endpoints[].queue': { description: 'A Queue.' },
  'queue.keep': {
    description: 'Headers that are credentials and may rest in the queue all the same: up to 16.',
    examples: [['authorization']],
  },
  'queue.keep[]': { description: 'The name of a header.' },
  'queue.binding': { description: 'The name of the queue in this Worker.', examples: ['JOBS'] },
  'queue.deliverTo': {
    description:
      'The service that gets the requests that the queue brings. Left out, a consumer of your own gets the messages.',
    examples: ['resizer'],
  },
  'queue.delay': { description: 'How long a message rests before it is delivered the first time.', default: '0s' },
  'queue.delivery': { description: 'How often a message is delivered, how far apart, and where it goes in the end.' },
  'queue.delivery.attempts': { description: 'Deliveries, the first included: 1 to 100.', default: 8 },
  'queue.delivery.backoff': {
    description:
      'The longest wait after the first delivery. It doubles with each delivery; the wait is half of it at least.',
    default: '5s',
  },
  'queue.delivery.maxBackoff': { description: 'No wait is longer.', default: '15m' },
  'queue.delivery.expire': {
    description: 'How long a message is worth delivering. Left out, as long as the queue keeps it.',
    examples: ['24h'],
  },
  'queue.delivery.timeout': {
    description: "How long one delivery may take, where the receiver's timeouts allow as much.",
    default: '30s',
  },
  'queue.delivery.deadLetter': {
    description: 'The queue, by its name in this Worker, that gets what could not be delivered, with the reason.',
    examples: ['JOBS_DLQ'],
  },
  'queue.delivery.deduplicate': {
    description:
      'How long a message that was taken is remembered, so that it is not brought again: for receivers that cannot remember it themselves. Left out, it is not.',
    examples: ['24h'],
  },
}
