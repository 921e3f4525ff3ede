import { describe, expect, it } from 'vitest'
import { type Ending, errorEnding, type Pushback } from '../../../src/core/ending.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError, type MeshErrorCode } from '../../../src/core/errors.ts'
import type { RetryRefusal } from '../../../src/core/receipt.ts'
import { isRepeatable, judge, type Left } from '../../../src/features/retry/judge.ts'

const ENOUGH: Left = {
  policy: { attempts: 2, codes: new Set([502, 503, 504]) },
  number: 1,
  isRepeatable: true,
  isReplayable: true,
  allowance: 2,
  subrequests: 40,
  deadlineMs: 15_000,
  isOfRule: false,
  typicalMs: () => 20,
  backoffMs: () => 50,
  budget: () => 10,
}

const answered = (status: number): Ending => ({
  outcome: status < 500 ? 'success' : 'failure',
  blame: 'endpoint',
  status,
  pushback: undefined,
  response: new Response(null, { status }),
  error: undefined,
  isCut: false,
})
const broke = (code: MeshErrorCode) => errorEnding({}, new MeshError(code, 'So it was.'), cancellation(false))
const said = (verdict: Pushback['verdict'], waitMs?: number): Pushback => ({ verdict, waitMs })
const NOTHING = said(undefined)
const FOREVER = { deadlineMs: Number.POSITIVE_INFINITY }

describe('judge', () => {
  it('tries again what failed, after the backoff', () => {
    expect(judge(answered(503), NOTHING, ENOUGH)).toEqual({ retryAfterMs: 50 })
    expect(judge(broke('endpoint_unreachable'), undefined, ENOUGH)).toEqual({ retryAfterMs: 50 })
  })

  const REASONS: Record<RetryRefusal, [ending: Ending, pushback: Pushback, left: Partial<Left>]> = {
    attempts: [answered(503), NOTHING, { number: 3 }],
    allowance: [answered(503), NOTHING, { allowance: 0 }],
    budget: [answered(503), NOTHING, { budget: () => 0.8 }],
    deadline: [answered(503), NOTHING, { deadlineMs: 70 }],
    'not-replayable': [answered(503), NOTHING, { isReplayable: false }],
    'not-idempotent': [answered(503), NOTHING, { isRepeatable: false }],
    pushback: [answered(503), said('stop'), {}],
    subrequests: [answered(503), NOTHING, { subrequests: 0 }],
  }

  it.each(Object.entries(REASONS))('refuses for want of one thing alone: %s', (reason, [ending, pushback, left]) => {
    expect(judge(ending, pushback, { ...ENOUGH, ...left })).toMatchObject({ refused: reason })
  })

  it.each(['attempts', 'allowance', 'budget', 'deadline', 'not-replayable', 'pushback', 'subrequests'] as const)(
    'refuses a go, too, for want of it: %s',
    (reason) => {
      const [ending, pushback, left] = REASONS[reason]
      const go = pushback.verdict === undefined ? said('go', 50) : pushback
      expect(judge(ending, go, { ...ENOUGH, ...left })).toMatchObject({ refused: reason })
    },
  )

  it.each<[string, Ending, Pushback, Partial<Left>, number | RetryRefusal | undefined]>([
    ['a success', answered(200), NOTHING, {}, undefined],
    ['a failure of another status', answered(500), NOTHING, {}, undefined],
    ['such a failure with a go', answered(500), said('go'), {}, 0],
    ['a go, the first time', answered(503), said('go'), {}, 0],
    ['a go, the second time', answered(503), said('go'), { number: 2 }, 50],
    ['a go to what may not be repeated', answered(503), said('go'), { isRepeatable: false }, 0],
    ['a go with a wait', answered(503), said('go', 700), {}, 700],
    ['a stop', answered(503), said('stop'), {}, 'pushback'],
    ['a stop to what would not be tried again', answered(500), said('stop'), {}, undefined],
    ['a wait', answered(503), said(undefined, 700), {}, 700],
    ['a wait that the deadline does not hold', answered(503), said(undefined, 20_000), {}, 'deadline'],
    ['a wait of two minutes without a deadline', answered(503), said(undefined, 120_000), FOREVER, 60_000],
    ['a wait on a 429', answered(429), said(undefined, 700), {}, 700],
    ['a 429 without one', answered(429), NOTHING, {}, undefined],
    ['a deadline that has passed', broke('deadline_exceeded'), NOTHING, {}, 'deadline'],
    ['too little time to begin', broke('deadline_insufficient'), NOTHING, {}, 'deadline'],
    ['an error that is the mesh’s own', broke('internal'), NOTHING, {}, undefined],
  ])('of %s', (_, ending, pushback, left, expected) => {
    const verdict = judge(ending, pushback, { ...ENOUGH, ...left })
    expect('refused' in verdict ? verdict.refused : verdict.retryAfterMs).toBe(expected)
  })

  it('takes no time for an answer of which nothing is known', () => {
    const left = { ...ENOUGH, deadlineMs: 51, typicalMs: () => undefined }
    expect(judge(answered(503), NOTHING, left)).toEqual({ retryAfterMs: 50 })
  })

  it.each([
    ['of a rule', true, NOTHING, true],
    ['of a rule, where the answer says when to come back', true, said(undefined, 60), false],
    ['of no rule', false, NOTHING, false],
  ])('ends the call as late where too little time is left: %s', (_, isOfRule, pushback, isLate) => {
    const left = { ...ENOUGH, deadlineMs: 70, isOfRule }
    expect(judge(answered(503), pushback, left)).toEqual({ refused: 'deadline', isLate })
  })

  it('takes five fifths of a retry for a whole one', () => {
    const budget = () => 0.2 + 0.2 + 0.2 + 0.2 + 0.2 - 1e-12
    expect(judge(answered(503), NOTHING, { ...ENOUGH, budget })).toEqual({ retryAfterMs: 50 })
  })

  it('asks for what costs most only where all else allows another attempt', () => {
    const asked: string[] = []
    const ask = (name: string) => () => {
      asked.push(name)
      return 0
    }
    const left = {
      ...ENOUGH,
      subrequests: 0,
      typicalMs: ask('typical'),
      backoffMs: ask('backoff'),
      budget: ask('budget'),
    }
    judge(answered(503), NOTHING, left)
    expect(asked).toEqual([])
  })
})

describe('isRepeatable', () => {
  it.each([
    ['GET', {}, true],
    ['DELETE', {}, true],
    ['POST', {}, false],
    ['POST', { 'idempotency-key': 'a' }, true],
    ['POST', { 'idempotency-key': '""' }, false],
    ['PATCH', { 'idempotency-key': ' ' }, false],
  ])('%s with %j: %s', (method, headers, may) => {
    expect(isRepeatable(new Request('http://users/', { method, headers }))).toBe(may)
  })
})
