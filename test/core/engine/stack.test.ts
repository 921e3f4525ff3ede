import { describe, expect, it } from 'vitest'
import { type Filter, nothing, type Service } from '../../../src/core/engine/service.ts'
import { type Stack, stack } from '../../../src/core/engine/stack.ts'
import { admission } from '../../../src/features/admission/filter.ts'
import { lend } from '../../../src/features/allowance/filter.ts'
import { balance } from '../../../src/features/balance/filter.ts'
import { attemptDeadline, ruleDeadline } from '../../../src/features/deadline/filter.ts'
import { propagate } from '../../../src/features/propagate/filter.ts'
import { retry } from '../../../src/features/retry/filter.ts'
import { clientTrace } from '../../../src/features/trace/filter.ts'
import type { Named } from '../../../src/mesh/call-context.ts'
import { resolve } from '../../../src/mesh/resolve.ts'
import type { Resolver } from '../../../src/mesh/resolver.ts'
import type { Sent } from '../../../src/targets/sent.ts'
import { spanRing } from '../../../src/telemetry/span-ring.ts'

interface Top {
  readonly log: string[]
}

const request = new Request('http://users/42')

function named(name: string): Filter<Top> {
  return async (request, { log }, next) => {
    log.push(`${name} down`)
    const response = await next(request, {})
    log.push(`${name} up`)
    return response
  }
}

const answer: Service<Top> = async (_, { log }) => {
  log.push('answer')
  return new Response('ok')
}

describe('stack', () => {
  it('leads a request down through the filters in the order of their pushing, and back up', async () => {
    const log: string[] = []
    await stack<Top>().push(named('one')).push(named('two')).over(answer)(request, { log })
    expect(log).toEqual(['one down', 'two down', 'answer', 'two up', 'one up'])
  })

  it('without filters is the service itself', async () => {
    expect(stack<Top>().over(answer)).toBe(answer)
  })

  it('lays what a filter gives over the context for all beneath it, and for none above', async () => {
    const gives: Filter<Top & { depth: number }, { depth: number }> = async (request, { log, depth }, next) => {
      const response = await next(request, { depth: depth + 1 })
      log.push(`${depth} up`)
      return response
    }
    const service = stack<Top & { depth: number }>()
      .push(gives)
      .push(gives)
      .over(async (_, { log, depth }) => {
        log.push(`answered at ${depth}`)
        return new Response()
      })
    const log: string[] = []
    await service(request, { log, depth: 0 })
    expect(log).toEqual(['answered at 2', '1 up', '0 up'])
  })

  it('gives each pass a context of its own when a filter goes on twice', async () => {
    const twice: Filter<Top, { pass: number }> = async (request, _, next) => {
      await next(request, { pass: 1 })
      return next(request, { pass: 2 })
    }
    const seen: object[] = []
    await stack<Top>()
      .push(twice)
      .over(async (_, context) => {
        seen.push(context)
        return new Response()
      })(request, { log: [] })
    expect(seen).toEqual([
      { log: [], pass: 1 },
      { log: [], pass: 2 },
    ])
    expect(seen[0]).not.toBe(seen[1])
  })

  it('hands the context on as it is where a filter gives nothing', async () => {
    const gives: Filter<Top> = (request, _, next) => next(request, nothing)
    const seen: object[] = []
    const context = { log: [] }
    await stack<Top>()
      .push(gives)
      .over(async (_, context) => {
        seen.push(context)
        return new Response()
      })(request, context)
    expect(seen[0]).toBe(context)
  })

  it('lets a filter answer by itself', async () => {
    const log: string[] = []
    const refuse: Filter<Top> = async () => new Response(null, { status: 403 })
    const response = await stack<Top>().push(refuse).push(named('beneath')).over(answer)(request, { log })
    expect([response.status, log]).toEqual([403, []])
  })

  it('hands on the request that a filter goes on with', async () => {
    const elsewhere: Filter<Top> = (_, __, next) => next(new Request('http://elsewhere/'), {})
    const response = await stack<Top>()
      .push(elsewhere)
      .over(async ({ url }) => new Response(url))(request, { log: [] })
    expect(await response.text()).toBe('http://elsewhere/')
  })

  it('lets what is thrown beneath rise through the filters above', async () => {
    const caught: unknown[] = []
    const guard: Filter<Top> = async (request, _, next) => {
      try {
        return await next(request, {})
      } catch (error) {
        caught.push(error)
        throw error
      }
    }
    const broken = new Error('broken')
    const service = stack<Top>()
      .push(guard)
      .over(() => Promise.reject(broken))
    await expect(service(request, { log: [] })).rejects.toBe(broken)
    expect(caught).toEqual([broken])
  })

  it('can be continued in two ways from the same place', async () => {
    const trunk = stack<Top>().push(named('trunk'))
    const log: string[] = []
    await trunk.push(named('left')).over(answer)(request, { log })
    await trunk.over(answer)(request, { log })
    expect(log.filter((line) => line.endsWith('down'))).toEqual(['trunk down', 'left down', 'trunk down'])
  })
})

// These are judged by `npm run types`: each line under a @ts-expect-error is an error, and none of the others is.
describe('the order of filters', () => {
  const gives: Filter<Top, { user: string }> = (request, _, next) => next(request, { user: 'ada' })
  const needs: Filter<Top & { user: string }> = (request, _, next) => next(request, {})

  it('puts a filter beneath the one that gives what it needs', () => {
    stack<Top>().push(gives).push(needs).over(answer)
    // @ts-expect-error nothing above gives a user
    stack<Top>().push(needs)
    // @ts-expect-error the user is given beneath
    stack<Top>().push(needs).push(gives)
  })

  it('ends in a service that needs no more than was given', () => {
    const greet: Service<{ user: string }> = async (_, { user }) => new Response(user)
    stack<Top>().push(gives).over(greet)
    // @ts-expect-error nothing above gives a user
    stack<Top>().over(greet)
  })

  it('is met by a context that has all that the column was begun with', () => {
    const call = (service: Service<Top>) => {
      // @ts-expect-error a log is needed
      return service(request, {})
    }
    expect(call).toBeTypeOf('function')
  })

  it('makes a filter give what it has promised', () => {
    // @ts-expect-error a user was promised
    const forgets: Filter<Top, { user: string }> = (request, _, next) => next(request, {})
    expect(forgets).toBeTypeOf('function')
  })

  it('of the data plane is the only one that compiles', () => {
    const column = (known: Resolver, send: Service<Sent>) => {
      const top = stack<Named>()
      const resolved = top.push(resolve(known))
      const limited = resolved.push(ruleDeadline(true))
      const retried = limited.push(retry)
      const balanced = retried.push(balance)
      const lent = balanced.push(admission).push(lend)
      const traced = lent.push(attemptDeadline).push(clientTrace(spanRing()))
      traced.push(propagate).over(send)

      // @ts-expect-error ruleDeadline needs the timeouts of the service that resolve gives
      top.push(ruleDeadline(true))
      // @ts-expect-error retry needs the policy and the budget of the service that resolve gives
      top.push(retry)
      // @ts-expect-error retry needs the work that ruleDeadline may call off
      resolved.push(retry)
      // @ts-expect-error balance needs the candidates of the service that resolve gives
      top.push(balance)
      // @ts-expect-error balance runs once an attempt: it needs the attempt that retry gives
      limited.push(balance)
      // @ts-expect-error admission asks the endpoint that balance gives
      retried.push(admission)
      // @ts-expect-error lend lends to the endpoint that balance gives
      retried.push(lend)
      // @ts-expect-error attemptDeadline stands beneath the deadline of the whole call
      resolved.push(attemptDeadline)
      // @ts-expect-error a span of an attempt names the endpoint that balance gives
      retried.push(clientTrace(spanRing()))
      // @ts-expect-error propagate needs the endpoint that balance gives
      retried.push(propagate)
      // @ts-expect-error propagate writes what lend has lent
      balanced.push(propagate)
      // @ts-expect-error propagate writes the span that clientTrace gives
      lent.push(propagate)
      // @ts-expect-error send needs the headers that propagate gives
      traced.over(send)
    }
    expect(column).toBeTypeOf('function')
  })

  it('is kept by the type of the column, not by its value', () => {
    const top: Stack<Top, Top> = stack<Top>()
    // @ts-expect-error a column is not begun anew by saying that more was given
    const further: Stack<Top, Top & { user: string }> = top
    expect(further).toBe(top)
  })
})
