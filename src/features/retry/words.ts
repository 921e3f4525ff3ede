/** What an editor tells of `retry` and `retryConstraint`. */
import { DURATION } from '../../schema/duration-words.ts'
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'rules[].retry': { description: 'Retries of this rule, over those of the service that it leads to.' },
  'rules[].retry.codes': { description: 'Answers that are tried again: 400 to 599, each once.' },
  'rules[].retry.attempts': { description: 'Retries, not tries: 0 to 10. 0 means none.' },
  'rules[].retry.backoff': { description: `The least wait before a retry; the longest is ten times that. ${DURATION}` },
  retry: { description: 'What is tried again. Only idempotent requests are, or those with an idempotency-key.' },
  'retry.codes': { description: 'Answers that are tried again: 400 to 599, each once.', default: [502, 503, 504] },
  'codes[]': { description: 'A status, 400 to 599.' },
  'retry.attempts': { description: 'Retries, not tries: 0 to 10. 0 means none.', default: 2 },
  'retry.backoff': {
    description: `The least wait before a retry; the longest is ten times that. ${DURATION}`,
    default: '25ms',
  },
  retryConstraint: { description: 'What retries may cost, over all calls of an isolate.' },
  'retryConstraint{off}': { description: 'No budget: the allowance of each call alone bounds retries.' },
  'retryConstraint{budget}': { description: 'A budget.' },
  'retryConstraint.budget': { description: 'Retries as a share of what succeeds.' },
  'budget.percent': { description: 'Retries as a percentage of the successes of the interval: 0 to 100.', default: 20 },
  'budget.interval': { description: `For how long a success pays: 1s to 1h. ${DURATION}`, default: '10s' },
  'retryConstraint.whenEmpty': {
    description: 'Where the budget refuses a retry:',
    default: 'allow-upstream',
    enumDescriptions: ['the hops above may make one.', 'the hops above are told not to.'],
  },
}
