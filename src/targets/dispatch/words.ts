/** What an editor tells of a Worker in a dispatch namespace. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{dispatch}': { description: 'A Worker in a dispatch namespace (Workers for Platforms).' },
  'endpoints[].dispatch': { description: 'A Worker in a dispatch namespace.' },
  'dispatch.binding': { description: 'The name of the dispatch namespace in this Worker.', examples: ['DISPATCH'] },
  'dispatch.script': { description: 'The name of the Worker in that namespace.' },
  'dispatch.limits': { description: 'What one invocation of it may use, as the platform enforces it.' },
  'limits.cpuMs': { description: 'Milliseconds of CPU: 1 to 1,000,000.' },
  'limits.subRequests': { description: 'Subrequests: 1 to 1,000,000.' },
}
