import { describe, expect, it } from 'vitest'
import { attempt } from '../../../src/core/attempt.ts'
import { MeshError } from '../../../src/core/errors.ts'
import type { Span, Trace } from '../../../src/core/span.ts'
import { clientTrace, serverTrace } from '../../../src/features/trace/filter.ts'
import { failureOf, givenCall, givenTrace } from '../../support/call.ts'

const request = new Request('http://users/', { method: 'PUT' })

function given(trace: Trace | undefined = givenTrace()) {
  const spans: Span[] = []
  const context = givenCall({ trace, attempt: attempt(2, null, true) })
  return { spans, context, sink: { span: (span: Span) => spans.push(span) } }
}

describe('serverTrace', () => {
  it('opens a span beneath the one that called, and gives it to what follows', async () => {
    const { spans, context, sink } = given(givenTrace({ state: 'vendor=1', baggage: 'user=7' }))
    let given_: Trace | undefined
    await serverTrace(sink)(request, context, async (_, gives) => {
      given_ = gives.trace
      await context.clock.advance(12)
      return new Response(null, { status: 201 })
    })
    expect(spans).toHaveLength(1)
    const [span] = spans as [Span]
    expect(span).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentId: '00f067aa0ba902b7',
      kind: 'server',
      name: 'PUT',
      status: 201,
      outcome: 'success',
      error: undefined,
      attempt: 0,
    })
    expect(span.endedAt - span.startedAt).toBe(12)
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(span.spanId).not.toBe(span.parentId)
    expect(given_).toEqual({
      traceId: span.traceId,
      spanId: span.spanId,
      flags: 1,
      state: 'vendor=1',
      baggage: 'user=7',
    })
  })

  it('starts a trace of its own where none came', async () => {
    const { spans, context, sink } = given()
    await serverTrace(sink)(request, { ...context, trace: undefined }, async () => new Response())
    expect(spans[0]?.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(spans[0]?.parentId).toBeUndefined()
    expect(spans[0]?.flags).toBe(3)
  })
})

describe('clientTrace', () => {
  it('opens a span for an attempt, named after its endpoint', async () => {
    const { spans, context, sink } = given()
    await clientTrace(sink)(request, context, async () => new Response(null, { status: 503 }))
    expect(spans[0]).toMatchObject({
      kind: 'client',
      name: 'https://eu.example.com',
      attempt: 2,
      status: 503,
      outcome: 'failure',
      parentId: '00f067aa0ba902b7',
    })
  })

  it.each([
    [new MeshError('attempt_timed_out', '…'), 'timeout', 'attempt_timed_out'],
    [new MeshError('endpoint_unreachable', '…'), 'unreachable', 'endpoint_unreachable'],
    [new DOMException('…', 'AbortError'), 'cancelled', undefined],
  ] as const)('ends it with what was thrown: %s', async (error, outcome, code) => {
    const { spans, context, sink } = given()
    expect(await failureOf(clientTrace(sink)(request, context, () => Promise.reject(error)))).toBe(error)
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({ outcome, error: code, status: undefined })
  })

  it('gives each attempt a span of its own', async () => {
    const { spans, context, sink } = given()
    const told: (Trace | undefined)[] = []
    for (let attempt = 0; attempt < 2; attempt++) {
      await clientTrace(sink)(request, context, async (_, { trace }) => {
        told.push(trace)
        return new Response()
      })
    }
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(2)
    expect(told.map((trace) => trace?.spanId)).toEqual(spans.map(({ spanId }) => spanId))
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  })
})
