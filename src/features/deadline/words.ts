/** What an editor tells of `timeouts`. */
import { DURATION } from '../../schema/duration-words.ts'
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'rules[].timeouts': { description: 'Timeouts of this rule, over those of the service that it leads to.' },
  'rules[].timeouts.request': {
    description: `The whole call: all attempts and the waits between them. "0s" switches it off. ${DURATION}`,
  },
  'rules[].timeouts.backendRequest': {
    description: `One attempt, until its response headers. "0s" switches it off. ${DURATION}`,
  },
  timeouts: { description: 'How long a call may take.' },
  'timeouts.request': {
    description: `The whole call until its response headers: all attempts and the waits between them. "0s" switches it off. ${DURATION}`,
    default: '15s',
    examples: ['2s', '10s'],
  },
  'timeouts.backendRequest': {
    description: `One attempt until its response headers, no longer than request. "0s" switches it off. Without it an endpoint that hangs is no fault of its own. ${DURATION}`,
    default: '0s',
    examples: ['250ms', '2s'],
  },
  'timeouts.bodyIdle': {
    description: `How long a caller may send nothing of its body, which is then answered 408. "0s" switches it off. Streams of gRPC and Connect may be silent. ${DURATION}`,
    default: '10s',
    examples: ['5s', '30s'],
  },
}
