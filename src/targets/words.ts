/** What an editor tells of what is said of any endpoint, whatever its kind. */
import type { WordsByPath } from '../schema/words.ts'

export const WORDS: WordsByPath = {
  endpoints: {
    description:
      'Where the service answers: 1 to 1000 places, among which the load balancer chooses. Each once. Left out where rules or an alias lead elsewhere.',
    examples: [['https://users.example.com'], [{ binding: 'USERS' }]],
  },
  'endpoints[]': { description: 'One place: an address, or an object that says of which kind it is.' },
  'endpoints[].weight': {
    description: 'Its share of the requests, beside the weights of the others: 0 to 1,000,000. 0 gets none.',
    default: 1,
  },
  'endpoints[].locality': {
    description:
      'Where it is: a colo (AMS), a continent (EU) or a location hint (weur). Calls go to what is near. Left out, it is nowhere near.',
    examples: ['EU', 'NA', 'AMS', 'weur', 'enam'],
  },
  'endpoints[].credentials': {
    description: 'What the address wants shown. A record never holds a secret, only the name of a Worker secret.',
  },
  'credentials.type': { description: 'How it is shown.' },
  'credentials.secret': {
    description:
      'The name of a Worker secret; for aws-sigv4 the prefix of three (AWS means AWS_ACCESS_KEY_ID and so on).',
    examples: ['AWS', 'GCP_SERVICE_ACCOUNT'],
  },
}
