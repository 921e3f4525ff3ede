import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/mesh/told/explain.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'
import { encodeReceipt } from '../../../src/wire/receipt/encode.ts'
import type { ReceiptView } from '../../../src/wire/receipt/view.ts'
import { givenReceipt } from '../../support/given-receipt.ts'

const said = ({ steps }: ReturnType<typeof explain>, what: string) =>
  steps.filter((step) => step.what === what).flatMap((step) => step.said)

describe('an explanation', () => {
  it('tells in order what was decided, what was tried, and what was left', () => {
    const told = explain(givenReceipt())
    expect(told.summary).toBe('users: endpoint_unreachable after 2 attempts in 320 ms. It did not answer.')
    expect(told.steps.map(({ what }) => what)).toEqual([
      'name',
      'records',
      'rule',
      'backend',
      'unreachable',
      'attempt 1',
      'attempt 2',
      'retries',
      'left',
      'time',
    ])
    expect(said(told, 'name')).toEqual(['people → users'])
    expect(said(told, 'records')).toEqual([
      'services/people: revision 3',
      'services/users: revision 7, stale, obeyed',
      'services/v2: no revision: written by hand',
    ])
    expect(said(told, 'backend')).toEqual(['v2, chosen by its weight (chance gave 0.9000)'])
    expect(said(told, 'unreachable')).toEqual(['binding:GONE: This Worker has no service binding "GONE".'])
    expect(said(told, 'attempt 1')).toEqual([
      'https://a.example, by peak-ewma',
      'from 5 ms on, 100 ms: failure, status 503, blame: endpoint',
    ])
    expect(said(told, 'retries')).toEqual([
      '1 used',
      'no further one: the retry budget of the isolate is empty, or its last five attempts failed (budget)',
    ])
    expect(said(told, 'left')).toEqual(['retry budget: 0.4', 'retry allowance: 1', 'time: 680 ms'])
  })

  it('tells what records said of the caller, in audit too, and who counted', () => {
    const receipt: ReceiptView = {
      ...givenReceipt(),
      access: [
        { record: 'services/users', rule: 'readers', effect: 'allow', mode: 'enforce', proof: 'binding' },
        { record: 'services/v2', rule: 'default', effect: 'deny', mode: 'audit', proof: 'binding' },
      ],
      rates: [
        { record: 'services/users', per: 'caller', by: 'object', effect: 'allow', unavailable: 'it did not answer' },
        { record: 'services/v2', per: 'service', by: 'isolate', effect: 'deny', unavailable: undefined },
      ],
    }
    expect(decodeReceipt(encodeReceipt(receipt))).toMatchObject(JSON.parse(JSON.stringify(receipt)))
    expect(said(explain(receipt), 'access')).toEqual([
      'services/users: allowed by the rule readers (proof: binding)',
      'services/v2: would be denied, and was let in by default (proof: binding)',
    ])
    expect(said(explain(receipt), 'rate')).toEqual([
      'services/users, per caller: let in, not counted: it did not answer',
      'services/v2, per service: refused, counted by isolate',
    ])
  })

  it('says of each candidate why it was chosen, and why not', () => {
    const { steps } = explain(givenReceipt())
    const whys = steps.map(({ candidates }) => candidates?.map(({ endpoint, why }) => [endpoint, why]))
    expect(whys.filter((why) => why)).toEqual([
      [
        ['https://a.example', 'chosen, cost 10'],
        ['https://b.example', 'compared, and not taken, cost 12'],
        ['https://c.example', 'ejected for another 30 s'],
      ],
      [
        ['https://a.example', 'it was tried before, for this call'],
        ['https://b.example', 'chosen: no other was left'],
        ['https://c.example', 'ejected for another 29.9 s'],
      ],
    ])
  })

  it('decides again of what the receipt holds, and of the rule where somebody has it', () => {
    expect(explain(givenReceipt()).replayed).toEqual([
      { what: 'backend', observed: 'v2', because: 'The weights stand in the record, which a receipt does not hold.' },
      { what: 'endpoint of attempt 1', observed: 'https://a.example', again: 'https://a.example', agrees: true },
      { what: 'endpoint of attempt 2', observed: 'https://b.example', again: 'https://b.example', agrees: true },
    ])
    const to = (...weights: number[]) => ({
      backendRefs: weights.map((weight, index) => ({ name: `v${index + 1}`, weight })),
    })
    const [same] = explain(givenReceipt(), to(4, 1)).replayed
    expect(same).toEqual({ what: 'backend', observed: 'v2', again: 'v2', agrees: true })
    expect(explain(givenReceipt(), to(95, 5)).replayed[0]).toMatchObject({ again: 'v1', agrees: false })
    expect(explain(givenReceipt(), to(0, 1)).replayed[0]).toMatchObject({ again: 'v2' })
  })

  it('finds a receipt that was changed', () => {
    const receipt = givenReceipt()
    const [first, second] = receipt.choices
    const [a, ...others] = first?.candidates ?? []
    const changed = { ...first, candidates: [{ ...a, cost: 99 }, ...others] } as typeof first
    const { replayed } = explain({ ...receipt, choices: [changed, second] as ReceiptView['choices'] })
    expect(replayed[1]).toMatchObject({ observed: 'https://a.example', again: 'https://b.example', agrees: false })
  })

  it('says what to do, each with the page that tells more', () => {
    expect(explain(givenReceipt()).next).toEqual([
      { do: 'Look up what endpoint_unreachable means.', link: 'docs/i-got-a-503.md#endpoint_unreachable' },
      { do: 'Give the Worker of the mesh the bindings that are missing.', link: 'docs/check.md#bindings-are-there' },
      {
        do: 'Look at https://a.example and https://b.example: what they answered counts against them.',
        link: 'docs/reliability.md',
      },
      { do: expect.stringContaining('the retry budget of the isolate is empty'), link: 'docs/retries.md' },
      { do: expect.stringContaining('selvedge resolve users'), link: 'docs/cli.md#selvedge-resolve' },
    ])
  })

  it('has nothing to do of a call that went well', () => {
    const { error: _, detail: __, retryRefused: ___, ...rest } = givenReceipt()
    const well = rest.attempts.map((attempt) => ({
      ...attempt,
      blame: 'nobody' as const,
      outcome: 'success' as const,
      status: 200,
    }))
    const told = explain({ ...rest, attempts: well, skipped: [] })
    expect(told.summary).toBe('users answered 200 after 2 attempts in 320 ms.')
    expect(told.next).toEqual([])
  })

  it('says of what was left out that it cannot be decided again', () => {
    const { replayed, steps } = explain({ ...givenReceipt(), leftOut: ['candidates'] })
    expect(replayed[1]).toEqual({
      what: 'endpoint of attempt 1',
      observed: 'https://a.example',
      because: 'The receipt was too long, and has not all of it.',
    })
    expect(steps.at(-1)?.said).toEqual(['The receipt was too long for a header: candidates.'])
  })
})
