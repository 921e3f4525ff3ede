/** What an editor tells of a saga. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{saga}': { description: 'A saga: a POST starts one (202), in a Workflow.' },
  'endpoints[].saga': { description: 'A saga.' },
  'saga.binding': { description: 'The name of the Workflow in this Worker.', examples: ['SAGAS'] },
  'saga.saga': { description: 'Which saga of the Workflow.', examples: ['place-order'] },
}
