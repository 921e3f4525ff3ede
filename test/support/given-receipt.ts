/** The receipt of a call that failed: two endpoints were tried, a third was ejected. */
import type { CandidateRead, ChoiceRead, ReceiptView } from '../../src/wire/receipt/view.ts'

const AT = 1_700_000_000_000

function candidate(letter: string, cost: number, more: Partial<CandidateRead> = {}): CandidateRead {
  return { endpoint: `https://${letter}.example`, weight: 1, state: 'healthy', inFlight: 0, cost, ...more }
}

const OUT = { state: 'ejected', ejectedUntil: AT + 30_005, skipped: 'ejected' } as const

const CHOICES: readonly ChoiceRead[] = [
  {
    attempt: 1,
    at: AT + 5,
    algorithm: 'peak-ewma',
    candidates: [candidate('a', 10), candidate('b', 12), candidate('c', 5000, OUT)],
    rounds: [{ among: [0, 1], draws: [0.2, 0.5], chosen: 0 }],
    chosen: 'https://a.example',
  },
  {
    attempt: 2,
    at: AT + 130,
    algorithm: 'peak-ewma',
    candidates: [candidate('a', 5000, { skipped: 'tried' }), candidate('b', 12), candidate('c', 5000, OUT)],
    rounds: [{ among: [1], draws: [0.7], chosen: 1 }],
    chosen: 'https://b.example',
  },
]

export function givenReceipt(): ReceiptView {
  return {
    at: AT,
    service: 'users',
    path: ['people', 'users'],
    records: [
      { key: 'services/people', revision: '3', freshness: 'fresh' },
      { key: 'services/users', revision: '7', freshness: 'stale' },
      { key: 'services/v2', revision: null, freshness: 'fresh' },
    ],
    key: 'services/users',
    rule: 'canary',
    backend: 'v2',
    backendDraws: [0.9],
    skipped: [{ endpoint: 'binding:GONE', reason: 'This Worker has no service binding "GONE".' }],
    choices: CHOICES,
    attempts: [
      {
        number: 1,
        endpoint: 'https://a.example',
        startedMs: 5,
        tookMs: 100,
        outcome: 'failure',
        blame: 'endpoint',
        status: 503,
      },
      {
        number: 2,
        endpoint: 'https://b.example',
        startedMs: 130,
        tookMs: 190,
        outcome: 'unreachable',
        blame: 'endpoint',
        reason: 'It did not answer.',
      },
    ],
    retriesUsed: 1,
    retryRefused: 'budget',
    budgetLeft: 0.4,
    allowanceLeft: 1,
    deadlineLeftMs: 680,
    error: 'endpoint_unreachable',
    detail: 'It did not answer.',
    tookMs: 320,
    targetMs: 290,
  }
}
