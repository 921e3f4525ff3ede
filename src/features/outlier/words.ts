/** What an editor tells of `outlierDetection`. */
import { DURATION } from '../../schema/duration-words.ts'
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  outlierDetection: {
    description:
      'When an endpoint that keeps failing is left alone. It is probed with one request when its time is up. Failover of an alias goes by it, too.',
  },
  'outlierDetection.consecutive': { description: 'Faults in a row that eject an endpoint: 1 to 1000.', default: 3 },
  'outlierDetection.baseEjection': {
    description: `How long it stays out the first time, 100ms to 1h; about twice as long each time in a row. ${DURATION}`,
    default: '5s',
  },
  'outlierDetection.maxEjection': {
    description: `How long it stays out at most: 100ms to 1h, no shorter than baseEjection. ${DURATION}`,
    default: '300s',
  },
  'outlierDetection.maxEjectionPercent': {
    description: 'Share of the endpoints that may be out at once, rounded down: 0 to 100. 0 switches ejection off.',
    default: 50,
  },
}
