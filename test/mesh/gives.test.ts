/** An observer writes what it promises: each name of its `Gives`, in a call that has a use for it. */
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import type { Filter } from '../../src/core/engine/service.ts'
import type { lend } from '../../src/features/allowance/filter.ts'
import type { balance } from '../../src/features/balance/filter.ts'
import type { count } from '../../src/features/count/filter.ts'
import type { ruleDeadline } from '../../src/features/deadline/filter.ts'
import type { hedge } from '../../src/features/hedge/filter.ts'
import type { idle } from '../../src/features/idle/filter.ts'
import type { shed } from '../../src/features/limit/filter.ts'
import type { meter } from '../../src/features/meter/filter.ts'
import type { detect } from '../../src/features/outlier/filter.ts'
import type { propagate } from '../../src/features/propagate/filter.ts'
import type { retry } from '../../src/features/retry/filter.ts'
import type { route } from '../../src/features/route/filter.ts'
import type { reach } from '../../src/features/route/reach.ts'
import { callTrace } from '../../src/features/trace/call.ts'
import type { clientTrace, serverTrace } from '../../src/features/trace/filter.ts'
import { accept } from '../../src/mesh/accept.ts'
import type { CallNames, Named } from '../../src/mesh/call-context.ts'
import { counting } from '../../src/mesh/counting.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import type { resolve } from '../../src/mesh/resolve.ts'
import { inbound } from '../../src/mesh/stack.ts'
import { numbers } from '../../src/telemetry/numbers/numbers.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { world } from '../support/worlds.ts'

/** The observers of both stacks that give something. All others write nothing. */
interface Observers {
  readonly serverTrace: ReturnType<typeof serverTrace>
  readonly callTrace: ReturnType<typeof callTrace>
  readonly count: ReturnType<typeof count>
  readonly resolve: ReturnType<typeof resolve>
  readonly route: ReturnType<typeof route>
  readonly reach: ReturnType<typeof reach>
  readonly shed: typeof shed
  readonly balance: typeof balance
  readonly detect: typeof detect
  readonly meter: typeof meter
  readonly lend: typeof lend
  readonly clientTrace: ReturnType<typeof clientTrace>
  readonly propagate: typeof propagate
  readonly idle: ReturnType<typeof idle>
}

// biome-ignore lint/suspicious/noExplicitAny: whatever it needs.
type GivenBy<Of> = Of extends Filter<any, infer Gives> ? keyof Gives : never

/** Which call has a use for a name: every one, or that of the title. */
type When = 'always' | keyof typeof CALLS

/** A name that is missing here, or that is none of the observer's, does not compile. */
const GIVES: { readonly [Name in keyof Observers]: { readonly [Given in GivenBy<Observers[Name]>]: When } } = {
  serverTrace: { trace: 'always', span: 'always' },
  callTrace: { callSpan: 'always', trace: 'always' },
  count: { calledAt: 'always' },
  resolve: { service: 'always', recordKey: 'always' },
  route: {
    way: 'by a rule',
    backend: 'by a rule',
    route: 'by a rule',
    path: 'by a rule',
    service: 'by the rule of a wildcard',
    ticket: 'that comes back to its session',
    isKept: 'that comes back to its session',
    found: 'that comes back to its session',
    asked: 'by a rule',
    passedBy: 'by the rule of a wildcard',
  },
  reach: { service: 'by a rule' },
  shed: { isAwaited: 'to a service that refuses' },
  balance: { candidate: 'always', endpoint: 'always', isCold: 'always', note: 'always', pick: 'always' },
  detect: { sentAt: 'to one of two endpoints' },
  meter: { disconnect: 'always' },
  lend: { lent: 'always', loan: 'always', settled: 'always' },
  clientTrace: { trace: 'always', span: 'always' },
  propagate: { outgoing: 'always' },
  idle: { seen: 'always' },
}

/** What each observer that was met has written. */
const written = vi.hoisted(() => new Map<string, Set<PropertyKey>>())

vi.mock('../../src/core/engine/stack.ts', async (load) => {
  const real = await load<typeof import('../../src/core/engine/stack.ts')>()
  const observer: typeof real.observer = (name, { enter, answered, failed }) => {
    const heard = <Context extends object>(context: Context): Context => {
      const names = written.get(name) ?? new Set()
      written.set(name, names)
      return new Proxy(context, {
        set(own, name, value) {
          names.add(name)
          return Reflect.set(own, name, value)
        },
      })
    }
    return real.observer(name, {
      enter: (request, context) => enter?.(request, heard(context)),
      answered: (response, context, request) => answered?.(response, heard(context), request) ?? response,
      failed: (error, context, request) => failed?.(error, heard(context), request),
    })
  }
  // Each observer is met, by services that do not need it, too.
  const stack = () => real.stack({ isWhole: true })
  return { ...real, observer, stack }
})

const ENDPOINT = 'https://a.example.com'
const BUSY = { status: 503, headers: { 'retry-after': '0' } }
const RULE = { backendRefs: [{ name: 'others' }] }

/** Each makes a call, of whose observers what they write is heard. */
const CALLS = {
  'by a name': () => callOf({ endpoints: [ENDPOINT] }),
  'to one of two endpoints': () => callOf({ endpoints: [ENDPOINT, 'https://b.example.com'] }),
  'by a rule': () => callOf({ rules: [RULE] }),
  'by the rule of a wildcard': () => callOf({ endpoints: [ENDPOINT] }, { name: 'users.of.here' }),
  'that comes back to its session': () => callOf({ rules: [{ ...RULE, sessionPersistence: { cookie: {} } }] }),
  'to a service that refuses': () => callOf({ endpoints: [ENDPOINT], retry: { attempts: 0 } }, { answer: BUSY }),
}

async function callOf(record: object, { name = 'users', answer = {} as ResponseInit } = {}): Promise<void> {
  const registry = memoryRegistry({
    users: record,
    others: ENDPOINT,
    '*.of.here': { rules: [{ matches: [{ path: { type: 'Exact', value: '/elsewhere' } }] }] },
    '*.here': { rules: [RULE] },
  })
  const sink = { span() {}, calls: callTrace(() => {}, 1) }
  const options = { registry, counting: counting(numbers()), sink }
  const { clock, call } = world({}, async () => new Response(null, answer), options)
  const first = await clock.run(call({ name }))
  const cookie = first.headers.get('set-cookie')?.split(';')[0]
  written.clear()
  // Of native gRPC, which has an observer of its own.
  const headers = { 'content-type': 'application/grpc', ...(cookie ? { cookie } : {}) }
  await clock.run(call({ name }, new Request('http://users/', { headers })))
  await requestThatComesIn()
}

async function requestThatComesIn(): Promise<void> {
  const settings = withDefaults({ registry: memoryRegistry() })
  const request = new Request('http://front/')
  await inbound(settings, async () => new Response())(
    request,
    accept(request, { trusted: false, defer() {} }, settings),
  )
}

describe.each(Object.entries(CALLS))('in a call %s', (title, call) => {
  it('each observer writes what it promises, and nothing else', async () => {
    await call()
    expect([...written.keys()]).toEqual(expect.arrayContaining(Object.keys(GIVES)))
    for (const [observer, wrote] of written) {
      const names: Readonly<Record<string, When>> = GIVES[observer as keyof typeof GIVES] ?? {}
      const promised = Object.entries(names).filter(([, when]) => when === 'always' || when === title)
      for (const [name] of promised) expect(wrote, `${observer} gives ${name}`).toContain(name)
      for (const name of wrote) expect(Object.keys(names), `what ${observer} gives`).toContain(name)
    }
  })
})

it('is all that the context of a call has room for, besides what it begins with', () => {
  type Filters = typeof retry | typeof hedge | ReturnType<typeof ruleDeadline>
  type Given = GivenBy<Observers[keyof Observers] | Filters>
  // That there is room for all of it the compiler sees where a filter is pushed.
  expectTypeOf<Exclude<CallNames, keyof Named>>().toEqualTypeOf<Exclude<Given, keyof Named>>()
})
