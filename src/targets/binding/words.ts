/** What an editor tells of a service binding. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{binding}': { description: 'A service binding of this Worker.' },
  'endpoints[].binding': { description: 'The name of the service binding in this Worker.', examples: ['USERS'] },
  'endpoints[].worker': {
    description:
      'The Worker behind the binding, for version. Left out, the name of the binding: USER_STORE is user-store.',
  },
  'endpoints[].version': { description: 'The id of the version of that Worker to which every request goes.' },
}
