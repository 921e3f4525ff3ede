/** What an editor tells of `loadBalancer`. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  loadBalancer: { description: 'By what an endpoint is chosen.', default: 'peak-ewma' },
  'loadBalancer{undefined}': {
    description: 'An algorithm that needs to be told nothing.',
    enumDescriptions: [
      'Of two at random, the one whose answers are quicker and whose queue is shorter.',
      'Of two at random, the one with fewer requests in flight.',
      'One after the other.',
    ],
  },
  'loadBalancer{ringHash}': { description: 'The same endpoint for the same value of a header.' },
  ringHash: { description: 'By what requests belong together.' },
  'ringHash.header': { description: 'A header. Requests without it go anywhere.', examples: ['x-user'] },
}
