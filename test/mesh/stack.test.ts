import { describe, expect, it } from 'vitest'
import { stack } from '../../src/core/stack.ts'
import { admission } from '../../src/filters/admission.ts'
import { balance } from '../../src/filters/balance/balance.ts'
import { attemptDeadline, ruleDeadline } from '../../src/filters/deadline.ts'
import { shed } from '../../src/filters/limit/shed.ts'
import { meter } from '../../src/filters/meter.ts'
import { detect } from '../../src/filters/outlier/detect.ts'
import { propagate } from '../../src/filters/propagate.ts'
import { hedge } from '../../src/filters/retry/hedge.ts'
import { lend } from '../../src/filters/retry/lend.ts'
import { retry } from '../../src/filters/retry/retry.ts'
import { accept, type Inbound } from '../../src/mesh/accept.ts'
import type { Named } from '../../src/mesh/named.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import { inbound } from '../../src/mesh/stack.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { world } from '../support/worlds.ts'

/** Of the tracing filters, the deadlines, the meter and the throttle. */
const PARTS = new Set(['taken', 'reached', 'told', 'answered', 'connected', 'listened', 'throttled', 'go'])

/** The filters that stand on the stack now, the one met first at the front. Filters are named functions for this. */
function filtersMet(): string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 200
  const { stack = '' } = new Error('here')
  Error.stackTraceLimit = stackTraceLimit
  const met: string[] = []
  for (const line of stack.split('\n')) {
    const [, name, room] = /at (?:async )?(\w+) \(.*\/src\/(filters|mesh)\//.exec(line) ?? []
    if (room && name && !PARTS.has(name)) met.unshift(name)
  }
  return met
}

describe('the stack of a call', () => {
  it('is met from resolving the name to writing the headers, in this order', async () => {
    let met: string[] = []
    const record = { endpoints: ['https://a.example.com'], timeouts: { backendRequest: '1s' }, retry: { attempts: 0 } }
    const { clock, call } = world(record, async () => {
      met = filtersMet()
      return new Response()
    })
    await clock.run(call())
    expect(met).toEqual([
      'resolve',
      'ruleDeadline',
      'nativeGrpc',
      'retry',
      'shed',
      'hedge',
      'balance',
      'detect',
      'admission',
      'meter',
      'lend',
      'attemptDeadline',
      'clientTrace',
      'propagate',
      'idle',
    ])
  })

  it('goes through the rules of a record that has some, between resolving the name and the deadline', async () => {
    let met: string[] = []
    const record = { endpoints: ['https://a.example.com'], rules: [{ retry: { attempts: 0 } }] }
    const { clock, call } = world(record, async () => {
      met = filtersMet()
      return new Response()
    })
    await clock.run(call())
    expect(met.slice(0, met.indexOf('retry'))).toEqual([
      'resolve',
      'route',
      'cors',
      'redirect',
      'rewrite',
      'remember',
      'reach',
      'mirror',
      'ruleDeadline',
      'nativeGrpc',
    ])
  })

  it('runs what stands beneath retry once an attempt, and what stands above once a call', async () => {
    const attempts: string[][] = []
    const record = { endpoints: ['https://a.example.com'], retryConstraint: 'off' }
    const { clock, call } = world(record, async () => {
      attempts.push(filtersMet())
      return new Response(null, { status: 503 })
    })
    await clock.run(call())
    expect(attempts).toHaveLength(3)
    for (const met of attempts) {
      const beneath = met.slice(met.indexOf('retry') + 1)
      expect(beneath).toEqual([
        'shed',
        'hedge',
        'balance',
        'detect',
        'admission',
        'meter',
        'lend',
        'attemptDeadline',
        'clientTrace',
        'propagate',
        'idle',
      ])
    }
  })

  it('does not compile in a wrong order', () => {
    const column = stack<Named>()
    // @ts-expect-error: retry needs a service, which resolve gives.
    column.push(retry)
    // @ts-expect-error: the throttle is that of a service.
    column.push(shed)
    // @ts-expect-error: hedge makes two of an attempt, which retry gives.
    column.push(hedge)
    // @ts-expect-error: balance needs an attempt, which retry gives.
    column.push(balance)
    // @ts-expect-error: detect needs a candidate, which balance gives.
    column.push(detect)
    // @ts-expect-error: admission needs a candidate, which balance gives.
    column.push(admission)
    // @ts-expect-error: the meter counts what goes to an endpoint.
    column.push(meter)
    // @ts-expect-error: lend needs an allowance, which retry grants where no caller did.
    column.push(lend)
    // @ts-expect-error: an attempt has a deadline within that of the rule.
    column.push(attemptDeadline)
    // @ts-expect-error: propagate writes what was lent.
    column.push(propagate)
    // @ts-expect-error: the rule is that of a service.
    column.push(ruleDeadline(true))
    expect(column).toBeDefined()
  })
})

describe('the stack of a request that comes in', () => {
  it('is met in this order, above whatever answers', async () => {
    let met: string[] = []
    const settings = withDefaults({ registry: memoryRegistry() })
    const enter = inbound<Inbound>(settings, async () => {
      met = filtersMet()
      return new Response()
    })
    const request = new Request('http://front/')
    await enter(request, accept(request, { trusted: false, defer() {} }, settings))
    expect(met).toEqual(['settle', 'serverTrace', 'rescue', 'loop'])
  })
})
