/** What an editor tells of a Durable Object. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{object}': { description: 'A Durable Object, which the request names.' },
  'endpoints[].object': { description: 'A Durable Object.' },
  'object.binding': { description: 'The name of the Durable Object namespace in this Worker.', examples: ['ROOMS'] },
  'object.key': {
    description:
      'Which object: a fixed name, a header, a query parameter, or a segment of the path (path:1 is the first).',
    examples: ['name:lobby', 'header:x-room', 'query:room', 'path:1'],
  },
}
