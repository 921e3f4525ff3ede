import { describe, expect, it, vi } from 'vitest'
import type { Filter } from '../../src/core/engine/service.ts'
import { observer, stack } from '../../src/core/engine/stack.ts'
import { admission } from '../../src/features/admission/filter.ts'
import { lend } from '../../src/features/allowance/filter.ts'
import { balance } from '../../src/features/balance/filter.ts'
import { attemptDeadline, ruleDeadline } from '../../src/features/deadline/filter.ts'
import { hedge } from '../../src/features/hedge/filter.ts'
import { shed } from '../../src/features/limit/filter.ts'
import { meter } from '../../src/features/meter/filter.ts'
import { detect } from '../../src/features/outlier/filter.ts'
import { propagate } from '../../src/features/propagate/filter.ts'
import { retry } from '../../src/features/retry/filter.ts'
import { accept, type Inbound } from '../../src/mesh/accept.ts'
import type { CallNames, Named } from '../../src/mesh/call-context.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { inbound } from '../../src/mesh/stack.ts'
import { memoryRegistry, seeded, virtualClock } from '../../src/testing.ts'
import { rates, trust } from '../../src/trust.ts'
import { world } from '../support/worlds.ts'

/** The filters that a request has met, in their order. */
const met = vi.hoisted((): string[] => [])

// Observers are met one after the other, not one within the other: each says so as it is entered.
vi.mock('../../src/core/engine/stack.ts', async (load) => {
  const real = await load<typeof import('../../src/core/engine/stack.ts')>()
  const observer: typeof real.observer = (name, observer) =>
    real.observer(name, {
      ...observer,
      enter(request, context) {
        met.push(...plainFilters().filter((name) => !met.includes(name)), name)
        return observer.enter?.(request, context)
      },
    })
  return { ...real, observer }
})

/** Parts of the filters that are not observers, on the way to those beneath them. */
const PARTS = new Set(['answered', 'go', 'race', 'attempt', 'first', 'measured', 'again'])

/** Those that stand on the stack now, the one met first at the front. They are named functions for this. */
function plainFilters(): string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 200
  const { stack = '' } = new Error('here')
  Error.stackTraceLimit = stackTraceLimit
  const names: string[] = []
  for (const line of stack.split('\n')) {
    const [, name] = /at (?:async )?(\w+) \(.*\/src\/(?:features|mesh)\//.exec(line) ?? []
    if (name && !PARTS.has(name)) names.unshift(name)
  }
  return names
}

/** Of a service without rules. */
const CALL = ['resolve', 'reach', 'ruleDeadline', 'retry']

const ATTEMPT = [
  'shed',
  'balance',
  'detect',
  'admission',
  'meter',
  'lend',
  'clientTrace',
  'propagate',
  'idle',
  'explain',
]

async function filtersOf(record: object, init: RequestInit = {}, options: object = {}): Promise<string[]> {
  const whole = { endpoints: ['https://a.example.com'], retry: { attempts: 0 }, ...record }
  const { clock, call } = world(whole, () => Promise.resolve(new Response()), options)
  // The second one need not wait for the registry, so that all of it is on the stack.
  await clock.run(call())
  met.length = 0
  await clock.run(call({}, new Request('http://users/', init)))
  return met
}

describe('the stack of a call', () => {
  it('is met from resolving the name to the network, in this order', async () => {
    expect(await filtersOf({})).toEqual([...CALL, ...ATTEMPT])
  })

  it('has filters that only those meet that have a use for them', async () => {
    const record = { timeouts: { backendRequest: '1s' }, hedge: { delay: '20ms' } }
    const [shed, ...others] = ATTEMPT
    const below = others.indexOf('clientTrace')
    expect((await filtersOf(record)).slice(CALL.length)).toEqual([
      shed,
      'hedge',
      ...others.slice(0, below),
      'attemptDeadline',
      ...others.slice(below),
    ])
  })

  const MODIFIER = { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } }
  const CORS = { type: 'CORS', cors: { allowOrigins: ['*'] } }
  const MIRROR = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'copies' } } }
  it.each([
    ['nothing', {}, ['reach']],
    ['a modifier', { filters: [MODIFIER] }, ['rewrite', 'reach']],
    ['a session', { sessionPersistence: { cookie: {} } }, ['remember', 'reach']],
    [
      'everything',
      { filters: [MIRROR, MODIFIER, CORS], sessionPersistence: { cookie: {} } },
      ['cors', 'rewrite', 'remember', 'reach', 'mirror'],
    ],
  ])('beneath a rule with %s has what there is to do, between the route and the deadline', async (_, rule, met) => {
    const all = await filtersOf({ rules: [{ retry: { attempts: 0 }, ...rule }] })
    expect(all.slice(0, all.indexOf('retry'))).toEqual(['resolve', 'route', ...met, 'ruleDeadline'])
  })

  it('watches a body once a call, for those alone that have one', async () => {
    const met = await filtersOf({}, { method: 'POST', body: 'tea' })
    // It waits, so that those above it do not stand on the stack any more.
    expect(met.slice(met.indexOf('reach') + 1)).toEqual(['upload', 'retry', ...ATTEMPT])
  })

  it('counts a call once, above retry, for a service with a rate alone', async () => {
    const rate = { count: 9, interval: '1s' }
    expect(await filtersOf({ limits: { rate } }, {}, { rates })).toEqual([
      'resolve',
      'rate',
      ...CALL.slice(1),
      ...ATTEMPT,
    ])
    expect(await filtersOf({}, {}, { rates })).toEqual([...CALL, ...ATTEMPT])
  })

  it('looks for overrides in calls alone whose baggage holds one, in a mesh with keys', async () => {
    const clock = virtualClock()
    const forward = proxy({
      registry: memoryRegistry({ users: { endpoints: ['https://a.example.com'] } }),
      clock,
      random: seeded(7),
      fetch: async () => new Response(),
      trust: trust({ domain: 'mesh.example.com', keys: { keys: [] } }),
    })
    const metWith = async (baggage: string) => {
      met.length = 0
      const request = new Request('http://users/', { headers: { baggage } })
      const identify = () => ({ name: 'users', path: '/' })
      await clock.run(forward(request, { trusted: false, defer() {}, identify }))
      return met
    }
    expect(await metWith('user=alice')).not.toContain('override')
    expect(await metWith('user=alice,selvedge-override=a.b.c')).toContain('override')
  })

  it('looks at the answer of a call of native gRPC, above the deadline', async () => {
    const met = await filtersOf({}, { method: 'POST', headers: { 'content-type': 'application/grpc' } })
    expect(met).toEqual(['resolve', 'reach', 'nativeGrpc', 'ruleDeadline', 'retry', ...ATTEMPT])
  })

  it('gets back what a service needs when its record is edited, and loses what it no longer needs', async () => {
    const plain = { endpoints: ['https://a.example.com'] }
    const registry = memoryRegistry({ users: plain })
    const { clock, call } = world({}, async () => new Response(), { registry, freshMs: 0 })
    const metAfter = async (record: object) => {
      registry.set('users', JSON.stringify(record))
      // The first call finds the record stale, and has it read behind its back.
      await clock.run(call())
      await clock.advance(10)
      met.length = 0
      await clock.run(call())
      return [...met]
    }
    expect(await metAfter({ ...plain, hedge: { delay: '20ms' } })).toContain('hedge')
    expect(await metAfter({ ...plain, rules: [{}] })).toContain('route')
    expect(await metAfter(plain)).toEqual([...CALL, ...ATTEMPT])
  })

  it('runs what stands beneath retry once an attempt, and what stands above once a call', async () => {
    const attempts: string[][] = []
    const record = { endpoints: ['https://a.example.com'], retryConstraint: 'off' }
    const { clock, call } = world(record, async () => {
      attempts.push(met.splice(0))
      return new Response(null, { status: 503 })
    })
    await clock.run(call())
    attempts.length = 0
    met.length = 0
    await clock.run(call())
    expect(attempts).toHaveLength(3)
    const [first, ...others] = attempts
    expect(first).toEqual([...CALL, ...ATTEMPT])
    for (const attempt of others) expect(attempt.filter((name) => name !== 'retry')).toEqual(ATTEMPT)
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

  it('does not compile where a filter gives what the context of a call has no room for', () => {
    const column = stack<Named, CallNames>()
    const giving = observer<Named, { lent: number }>('giving', {})
    const more = observer<Named, { borrowed: number }>('more', {})
    const filter: Filter<Named, { borrowed: number }> = (request, _, next) => next(request, { borrowed: 1 })
    column.push(giving)
    // @ts-expect-error: an observer gives `borrowed`.
    column.push(more)
    // @ts-expect-error: a filter gives it.
    column.push(filter)
    // @ts-expect-error: a filter that some calls meet gives it.
    column.pushWhere(() => true, filter)
    expect(column).toBeDefined()
  })
})

describe('the stack of a request that comes in', () => {
  it('is met in this order, above whatever answers', async () => {
    const settings = withDefaults({ registry: memoryRegistry() })
    const enter = inbound<Inbound>(settings, async () => new Response())
    const request = new Request('http://front/')
    met.length = 0
    await enter(request, accept(request, { trusted: false, defer() {} }, settings))
    expect(met).toEqual(['settle', 'serverTrace', 'rescue', 'loop'])
  })

  it('ends in the guard, where there is one, in the one run of all of them', async () => {
    const settings = withDefaults({ registry: memoryRegistry() })
    const seen: object[] = []
    const enter = inbound<Inbound>(
      settings,
      async (_, context) => {
        seen.push(context)
        return new Response()
      },
      (_, context) => void seen.push(context),
    )
    const request = new Request('http://front/')
    met.length = 0
    await enter(request, accept(request, { trusted: false, defer() {} }, settings))
    expect(met).toEqual(['settle', 'serverTrace', 'rescue', 'loop', 'guarded'])
    // A run shares its context: a filter beside it would have had a copy.
    expect(seen[1]).toBe(seen[0])
  })
})
