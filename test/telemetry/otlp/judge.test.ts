/** The same spans, written by OpenTelemetry's own serializer: what it writes and what the mesh writes are equal. */

import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { expect, it } from 'vitest'
import type { Outcome } from '../../../src/core/outcome.ts'
import { receipt } from '../../../src/core/receipt.ts'
import type { Span } from '../../../src/core/span.ts'
import { attributesOf, nameOf } from '../../../src/telemetry/otlp/attributes.ts'
import { tracesBody } from '../../../src/telemetry/otlp/encode.ts'
import type { Noted } from '../../../src/telemetry/otlp/noted.ts'

const RESOURCE = { 'service.name': 'edge "one"', 'telemetry.sdk.name': 'selvedge', zone: 7, share: 0.25, up: true }
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'

function span(over: Partial<Span>): Span {
  return {
    traceId: TRACE_ID,
    spanId: '00f067aa0ba902b7',
    parentId: undefined,
    flags: 3,
    kind: 'server',
    name: 'GET',
    startedAt: 1_764_460_800_123,
    endedAt: 1_764_460_800_456.5,
    status: 200,
    outcome: 'success',
    error: undefined,
    attempt: 0,
    ...over,
  }
}

function noted(over: Partial<Span>, more: Partial<Noted> = {}): Noted {
  return {
    span: span(over),
    method: 'GET',
    address: undefined,
    receipt: { ...receipt(), service: 'users', key: 'services/users', rule: 'orders', retryRefused: 'budget' },
    caller: 'checkout',
    state: undefined,
    template: '/orders/*',
    deadlineLeftMs: 812.5,
    isHedge: false,
    isCold: false,
    blame: 'nobody',
    isFailure: false,
    bytes: 1,
    ...more,
  }
}

const client = (
  spanId: string,
  attempt: number,
  outcome: Outcome,
  more: Partial<Noted> = {},
  over: Partial<Span> = {},
) =>
  noted(
    {
      kind: 'client',
      spanId,
      parentId: '53ce929d0e0e4736',
      attempt,
      outcome,
      name: 'https://eu.example.com:8443/v1',
      ...over,
    },
    more,
  )

const SPANS = [
  noted({}, { address: { scheme: 'https', host: 'mesh.example.com', port: 443 } }),
  noted(
    { parentId: '63ce929d0e0e4736', spanId: '53ce929d0e0e4737', status: 503, outcome: 'failure' },
    { isFailure: true },
  ),
  noted({ kind: 'call', spanId: '53ce929d0e0e4736', parentId: '00f067aa0ba902b7' }, { state: 'vendor=1,other=2' }),
  client('11f067aa0ba902b7', 1, 'cancelled', {}, { status: undefined }),
  client('12f067aa0ba902b7', 2, 'success', { isHedge: true }),
  client('13f067aa0ba902b7', 3, 'timeout', { isFailure: true }, { status: undefined, error: 'attempt_timed_out' }),
  client('14f067aa0ba902b7', 4, 'success', {}, { status: 404, name: 'binding:ÜSERS\n"' }),
]

const KINDS = { server: 1, call: 0, client: 2 } as const
/** OpenTelemetry has time as seconds and nanoseconds. */
const hrTime = (ms: number): [number, number] => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)]
const state = (text: string | undefined) =>
  text && { serialize: () => text, get: () => '', set: () => undefined, unset: () => undefined }

/** The span as OpenTelemetry's SDK would have it. */
function readable(noted: Noted, resource: object): ReadableSpan {
  const { span } = noted
  const attributes = Object.fromEntries(attributesOf(noted))
  const context = (of: Noted) => ({
    traceId: of.span.traceId,
    spanId: of.span.spanId,
    traceFlags: of.span.flags,
    traceState: state(of.state),
  })
  const first = noted.isHedge
    ? SPANS.find((other) => other.span.kind === 'client' && other.span.attempt === span.attempt - 1)
    : undefined
  return {
    name: nameOf(noted),
    kind: KINDS[span.kind],
    spanContext: () => context(noted),
    parentSpanContext: span.parentId && {
      traceId: span.traceId,
      spanId: span.parentId,
      traceFlags: span.flags,
      isRemote: span.kind === 'server',
    },
    startTime: hrTime(span.startedAt),
    endTime: hrTime(span.endedAt),
    status: { code: attributes['error.type'] === undefined ? 0 : 2 },
    attributes,
    links: first ? [{ context: context(first) }] : [],
    events: [],
    duration: [0, 0],
    ended: true,
    resource,
    instrumentationScope: { name: 'selvedge', version: '1.2.3' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as object as ReadableSpan
}

/** Differences of form: proto3 JSON lets what is zero or empty be left out, and the mesh leaves it out. */
const LEFT_OUT = [
  'droppedAttributesCount', // 0: the mesh drops none
  'droppedEventsCount', // 0: it has no events
  'droppedLinksCount', // 0
  'events', // []
] as const

function normalised(text: string): unknown {
  return JSON.parse(text, (key, value) => {
    if (LEFT_OUT.some((name) => name === key)) {
      expect([0, '[]']).toContain(Array.isArray(value) ? JSON.stringify(value) : value)
      return undefined
    }
    // No links, and no attributes of a link.
    if ((key === 'links' || key === 'attributes') && Array.isArray(value) && value.length === 0) return undefined
    // STATUS_CODE_UNSET is 0.
    if (key === 'status' && value.code === 0) return {}
    return value
  })
}

it('writes what the serializer of OpenTelemetry writes of the same spans', () => {
  const resource = { attributes: RESOURCE }
  const judged = JsonTraceSerializer.serializeRequest(SPANS.map((one) => readable(one, resource)))
  const own = tracesBody(SPANS, RESOURCE, '1.2.3')
  expect(normalised(own)).toEqual(normalised(new TextDecoder().decode(judged)))
  expect(own).toContain('"links":[{')
})
