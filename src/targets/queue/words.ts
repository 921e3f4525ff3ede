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
}
