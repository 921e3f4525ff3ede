/** What an editor tells of a topic. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{topic}': {
    description: 'A topic: events are published here (202), and reach those that have subscribed to their type.',
  },
  'endpoints[].topic': { description: 'A topic.' },
  'topic.binding': {
    description: 'The name, in this Worker, of the queue that carries the events.',
    examples: ['EVENTS'],
  },
}
