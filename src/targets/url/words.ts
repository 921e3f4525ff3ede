/** What an editor tells of an address. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{string}': { description: 'An address: short for { "url": … }.' },
  'endpoints[]{url}': { description: 'An address on the internet, with weight, locality or credentials.' },
  'endpoints[].url': {
    description:
      'http:// or https://, without query, fragment or credentials. Its path stands before the path that is called.',
    examples: ['https://users-eu.example.com/v1'],
  },
  'credentials{bearer}': { description: 'authorization: Bearer, and the secret.' },
  'credentials{header}': { description: 'The secret in a header: API keys, Azure Functions.' },
  'credentials.header': { description: 'The header that the secret is sent in.', examples: ['x-functions-key'] },
}
