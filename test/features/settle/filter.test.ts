import { describe, expect, it } from 'vitest'
import { allowance } from '../../../src/core/allowance.ts'
import { type Receipt, receipt } from '../../../src/core/receipt.ts'
import { settle, settled } from '../../../src/features/settle/filter.ts'

/** A receipt of so many attempts. */
function receiptOf(attempts: number, over: Partial<Receipt> = {}): Receipt {
  const notes = Array.from({ length: attempts }, (_, index) => ({
    number: index + 1,
    endpoint: 'eu',
    startedAt: 0,
    tookMs: 1,
    outcome: 'failure' as const,
    blame: 'endpoint' as const,
    status: 503,
    reason: undefined,
  }))
  return { ...receipt(), attempts: notes, ...over }
}

function spent(granted: number, used: number) {
  const given = allowance(granted)
  for (let retry = 0; retry < used; retry++) given.take()
  return given
}

describe('settle', () => {
  it('leaves an answer untouched where there is nothing to say', async () => {
    const response = new Response('ok')
    const context = { receipt: receiptOf(1), allowance: undefined }
    expect(await settle(new Request('http://users/'), context, async () => response)).toBe(response)
  })

  it('tells a caller that granted retries how many were used, also when none were', () => {
    expect(settled(new Response(), spent(2, 0), receiptOf(1)).headers.get('selvedge-retries-used')).toBe('0')
    expect(settled(new Response(), spent(2, 2), receiptOf(3)).headers.get('selvedge-retries-used')).toBe('2')
    expect(settled(new Response(), spent(0, 0), receiptOf(1)).headers.get('selvedge-retries-used')).toBe('0')
  })

  it('tells one that granted none only where some were used', () => {
    expect(settled(new Response(), undefined, receiptOf(1)).headers.has('selvedge-retries-used')).toBe(false)
    const response = settled(new Response(), undefined, receiptOf(2, { retriesUsed: 1 }))
    expect(response.headers.get('selvedge-retries-used')).toBe('1')
  })

  it('does not pass on what a hop beneath said of its own', () => {
    const beneath = new Response(null, { headers: { 'selvedge-retries-used': '2' } })
    expect(settled(beneath, spent(5, 3), receiptOf(1)).headers.get('selvedge-retries-used')).toBe('3')
  })

  it('tells the hops above not to retry what failed here for want of a budget', () => {
    const busy = () => new Response(null, { status: 503, headers: { 'selvedge-retryable': 'true' } })
    const exhausted = spent(3, 0)
    exhausted.exhaust()
    const answer = settled(busy(), exhausted, receiptOf(1))
    expect(answer.headers.get('selvedge-retryable')).toBe('false')
    expect(answer.headers.get('selvedge-retries-used')).toBe('3')
    expect(settled(busy(), spent(3, 3), receiptOf(4)).headers.get('selvedge-retryable')).toBe('true')
  })

  it('says nothing of a retry where the handler found another answer', () => {
    const exhausted = spent(3, 0)
    exhausted.exhaust()
    expect(settled(new Response(), exhausted, receiptOf(1)).headers.has('selvedge-retryable')).toBe(false)
  })

  it('keeps status, headers and body', async () => {
    const response = new Response('tea', { status: 418, statusText: 'Teapot', headers: { 'x-kind': 'green' } })
    const answer = settled(response, spent(1, 1), receiptOf(2))
    expect(answer.status).toBe(418)
    expect(answer.statusText).toBe('Teapot')
    expect(answer.headers.get('x-kind')).toBe('green')
    expect(await answer.text()).toBe('tea')
  })

  it.each([
    ['budget', 'not tried again: the retry budget is empty'],
    ['allowance', 'not tried again: the retry allowance is used up'],
    ['deadline', 'not tried again: too little time is left'],
    ['attempts', undefined],
    ['not-idempotent', undefined],
  ] as const)('says in Proxy-Status what it was short of to try again: %s', (retryRefused, details) => {
    const busy = new Response(null, { status: 503 })
    const said = settled(busy, undefined, receiptOf(1, { retryRefused })).headers.get('proxy-status')
    expect(said).toBe(details ? `selvedge; received-status=503; details="${details}"` : null)
  })

  it('says in Proxy-Status what it changed its mind about, beside what others said', () => {
    const response = new Response(null, { status: 503, headers: { 'proxy-status': 'origin; error=dns_error' } })
    expect(settled(response, undefined, receiptOf(3)).headers.get('proxy-status')).toBe(
      'origin; error=dns_error, selvedge; received-status=503; details="3 attempts were made"',
    )
  })

  it('says that a record was refused, and not what is wrong with it', () => {
    const response = settled(
      new Response(),
      undefined,
      receiptOf(1, { refusedRecord: 'services/users: secret at $.x' }),
    )
    expect(response.headers.get('proxy-status')).toContain('the last good one serves')
    expect(response.headers.get('proxy-status')).not.toContain('secret')
  })

  it('does not remake an answer without a body', () => {
    for (const status of [204, 304]) {
      const answer = settled(new Response(null, { status }), spent(1, 0), receiptOf(1))
      expect(answer.status).toBe(status)
      expect(answer.body).toBeNull()
      expect(answer.headers.get('selvedge-retries-used')).toBe('0')
    }
  })

  it('leaves alone what cannot be made anew', () => {
    const switched = { status: 101, headers: new Headers(), body: null } as Response
    expect(settled(switched, spent(1, 1), receiptOf(2))).toBe(switched)
    const odd = { status: 999, headers: new Headers(), body: null } as Response
    expect(settled(odd, spent(1, 1), receiptOf(2))).toBe(odd)
  })
})
