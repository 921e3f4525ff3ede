/** What an editor tells of `limits`. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  limits: { description: 'How much may be under way at once, and how often the service may be called.' },
  'limits.maxInFlight': {
    description: 'Requests in flight to one endpoint, from one isolate: 1 to 10,000. Beyond it calls are refused.',
    default: 64,
  },
  'limits.rate': {
    description: 'How often the service may be called. Beyond it calls are refused with 429 (docs/rates.md).',
    examples: [
      { count: 100, interval: '10s', per: 'caller' },
      { binding: 'RATE_100', per: 'caller' },
    ],
  },
  'limits.rate{count}': {
    description: 'Counted as the record says: for all isolates, where the mesh has QUOTA_OBJECT.',
  },
  'limits.rate{binding}': { description: 'Counted by the platform: about, and each location by itself.' },
  'limits.rate.count': { description: 'Requests that an interval lets in, 1 to 100,000.', examples: [100] },
  'limits.rate.interval': {
    description: 'How long the interval is, "1s" to "1h". Any interval counts, not that of a clock.',
    examples: ['10s'],
  },
  'limits.rate.binding': {
    description: "A rate limit binding of the mesh's Worker, which has its limit and its period.",
    examples: ['RATE_100'],
  },
  'limits.rate.per': {
    description:
      'What is counted apart: "caller", "service" (all together), "ip", or "header:" and a name. Callers without a name are counted together.',
    default: 'caller',
    examples: ['caller', 'service', 'header:x-api-key', 'ip'],
  },
  'limits.rate.whenUnavailable': {
    description: 'What becomes of a request that QUOTA_OBJECT has not counted within 250 ms.',
    default: 'allow',
  },
}
