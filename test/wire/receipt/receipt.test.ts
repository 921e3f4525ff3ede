import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'
import { encodeReceipt } from '../../../src/wire/receipt/encode.ts'
import { MAX_RECEIPT_LENGTH } from '../../../src/wire/receipt/form.ts'
import type { ReceiptView } from '../../../src/wire/receipt/view.ts'

const view: ReceiptView = {
  at: 1_800_000_000_000,
  service: 'shop',
  path: ['shop', 'shop-v2'],
  records: [
    { key: 'services/shop', revision: '41', freshness: 'fresh' },
    { key: 'services/shop-v2', revision: null, freshness: 'last-good', refused: 'services/shop-v2: endpoints: ü' },
    { key: 'services/gone' },
  ],
  key: 'services/shop-v2',
  rule: 'canary',
  backend: 'pay',
  backendDraws: [0.25],
  skipped: [{ endpoint: 'binding:GONE', reason: 'no binding of that name' }],
  choices: [
    {
      attempt: 1,
      at: 1_800_000_000_003,
      algorithm: 'peak-ewma',
      candidates: [
        { endpoint: 'https://a.test', weight: 1, state: 'healthy', inFlight: 2, latencyMs: 12.5, cost: 0.1 + 0.2 },
        {
          endpoint: 'https://b.test',
          weight: 9,
          state: 'ejected',
          ejectedUntil: 1_800_000_005_000,
          inFlight: 0,
          cost: 1,
          isCold: true,
          skipped: 'ejected',
        },
      ],
      rounds: [{ among: [0], draws: [0.123456789012345, 0.5], chosen: 0 }],
      chosen: 'https://a.test',
    },
  ],
  attempts: [
    {
      number: 1,
      endpoint: 'https://a.test',
      startedMs: 3,
      tookMs: 20,
      outcome: 'unreachable',
      blame: 'endpoint',
      reason: 'Network connection lost.',
    },
    {
      number: 2,
      endpoint: 'https://b.test',
      startedMs: 40,
      tookMs: 7,
      outcome: 'success',
      blame: 'nobody',
      status: 200,
      isCold: true,
    },
  ],
  hedged: true,
  retriesUsed: 1,
  retryRefused: 'budget',
  budgetLeft: null,
  allowanceLeft: 1,
  deadlineLeftMs: 900,
  error: 'endpoint_unreachable',
  detail: 'Endpoint b did not answer.',
  unread: ['grpc-timeout'],
  tookMs: 60,
  targetMs: 27,
}

describe('a receipt', () => {
  it('reads as it was written, to the last digit that a decision depends on', () => {
    expect(decodeReceipt(encodeReceipt(view))).toEqual(view)
  })

  it('is a header, with its version in front', () => {
    expect(encodeReceipt(view)).toMatch(/^1\.[\w-]+$/)
  })

  it('of a dozen endpoints and three attempts is told whole', () => {
    const candidates = Array.from({ length: 12 }, (_, index) => ({
      endpoint: `https://users-${index}.example.com`,
      weight: 1,
      state: 'healthy' as const,
      inFlight: index,
      latencyMs: 10 + index / 7,
      cost: 1 / (index + 1),
    }))
    const [choice] = view.choices
    if (!choice) throw new Error('no choice')
    const among = candidates.map((_, index) => index)
    const choices = [1, 2].map((attempt) => ({
      ...choice,
      attempt,
      candidates,
      rounds: [{ among, draws: [0.1, 0.7], chosen: 0 }],
    }))
    const read = decodeReceipt(encodeReceipt({ ...view, choices }))
    expect(read.leftOut).toBeUndefined()
    expect(read.choices).toEqual(choices)
  })

  const wordy = fc.string({ unit: 'grapheme', maxLength: 3000 })
  const many = fc.record({
    endpoints: fc.integer({ min: 0, max: 1000 }),
    attempts: fc.integer({ min: 0, max: 40 }),
    path: fc.array(fc.string({ maxLength: 253 }), { maxLength: 30 }),
    reason: wordy,
    rule: wordy,
  })

  it('never has more than 4,096 characters, and says what it has left out', () => {
    fc.assert(
      fc.property(many, ({ endpoints, attempts, path, reason, rule }) => {
        const candidates = Array.from({ length: endpoints }, (_, index) => ({
          endpoint: `https://${'a'.repeat(index % 60)}${index}.example.com`,
          weight: 1,
          state: 'healthy' as const,
          inFlight: 0,
          cost: index / 3,
        }))
        const long: ReceiptView = {
          ...view,
          rule,
          detail: reason,
          path,
          records: path.map((name) => ({ key: `services/${name}`, revision: '1', refused: reason })),
          skipped: candidates.map(({ endpoint }) => ({ endpoint, reason })),
          choices: Array.from({ length: attempts }, (_, index) => ({
            attempt: index + 1,
            at: index,
            algorithm: 'peak-ewma',
            candidates,
            rounds: [{ among: candidates.map((_, index) => index), draws: [0.5, 0.25], chosen: 0 }],
            ...(endpoints > 0 ? { chosen: candidates[endpoints - 1]?.endpoint ?? '' } : {}),
          })),
          attempts: Array.from({ length: attempts }, (_, index) => ({
            ...view.attempts[0],
            number: index,
            endpoint: `e${index}`,
            reason,
            startedMs: 0,
            tookMs: 1,
          })),
        }
        const text = encodeReceipt(long)
        expect(text.length).toBeLessThanOrEqual(MAX_RECEIPT_LENGTH)
        const read = decodeReceipt(text)
        if (!read.leftOut) {
          expect(read).toEqual(long)
          return
        }
        expect(read.leftOut.length).toBeGreaterThan(0)
        // What is kept of a choice is true, and the chosen one is kept.
        for (const choice of read.choices) {
          if (choice.candidates.length > 0)
            expect(choice.candidates.map(({ endpoint }) => endpoint)).toContain(choice.chosen)
          for (const { among } of choice.rounds)
            expect(among.every((index) => index < choice.candidates.length)).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is read from anything without harm: a view, or a word on what is wrong', () => {
    const text = encodeReceipt(view)
    expect(() => decodeReceipt('2.abc')).toThrow(/begins with "1\."/)
    expect(() => decodeReceipt(text.slice(0, -9))).toThrow(/damaged/)
    const packed = JSON.parse(Buffer.from(text.slice(2), 'base64url').toString()) as object
    for (const wrong of [{ leftOut: 7 }, { unread: 'x' }, { backendDraws: ['0.5'] }, { backendDraws: null }]) {
      const forged = Buffer.from(JSON.stringify({ ...packed, ...wrong })).toString('base64url')
      expect(() => decodeReceipt(`1.${forged}`)).toThrow(/damaged/)
    }
    const anything = fc.oneof(
      fc.string(),
      fc.anything().map((value) => `1.${Buffer.from(JSON.stringify(value) ?? '').toString('base64url')}`),
      fc
        .anything()
        .map(
          (value) =>
            `1.${Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text.slice(2), 'base64url').toString()), choices: value, attempts: [value] })).toString('base64url')}`,
        ),
    )
    fc.assert(
      fc.property(anything, (text) => {
        try {
          expect(decodeReceipt(text)).toHaveProperty('attempts')
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          expect((error as Error).message).toMatch(/receipt/)
        }
      }),
    )
  })
})
