/** Spans and lines of the log as OTLP/JSON (opentelemetry-proto 1.x): text, written without a tree in between. */
import type { LogLine } from '../log.ts'
import { type AttributeValue, attributesOf, nameOf } from './attributes.ts'
import type { Noted } from './noted.ts'

/** What is said of whoever exports: `service.name` and the like. */
export type Resource = Readonly<Record<string, AttributeValue>>

/** SpanKind of the protocol. A call is above its attempts, which are what goes out. */
const KINDS = { server: 2, call: 1, client: 3 } as const
/** SeverityNumber of the protocol. */
const SEVERITIES = { info: 9, warn: 13, error: 17 } as const
/** Flags of a span: it is known whether its parent is of another process (256), and it is (512). */
const KNOWS_PARENT = 0x100
const HAS_REMOTE_PARENT = 0x200

/** Longer texts are cut. */
const TEXT = 1024

/** The body for `/v1/traces`. */
export function tracesBody(spans: readonly Noted[], resource: Resource, version: string): string {
  const attempts = new Map(spans.filter(({ span }) => span.kind === 'client').map((noted) => [placeOf(noted), noted]))
  const written = spans.map((noted) => spanText(noted, attempts)).join()
  return `{"resourceSpans":[{${head(resource)},"scopeSpans":[{${scope(version)},"spans":[${written}]}]}]}`
}

/** The body for `/v1/logs`. */
export function logsBody(lines: readonly LogLine[], resource: Resource, version: string): string {
  const written = lines.map(lineText).join()
  return `{"resourceLogs":[{${head(resource)},"scopeLogs":[{${scope(version)},"logRecords":[${written}]}]}]}`
}

function head(resource: Resource): string {
  return `"resource":{"attributes":${attributes(Object.entries(resource))}}`
}

function scope(version: string): string {
  return `"scope":{"name":"selvedge","version":${text(version)}}`
}

function spanText(noted: Noted, attempts: ReadonlyMap<string, Noted>): string {
  const { span, state } = noted
  const { traceId, spanId, parentId, kind, flags, startedAt, endedAt } = span
  const isRemote = kind === 'server' && parentId !== undefined
  const first = noted.isHedge ? attempts.get(placeOf(noted, -1)) : undefined
  const values = attributesOf(noted)
  const isError = values.some(([name]) => name === 'error.type')
  return `{"traceId":"${traceId}","spanId":"${spanId}"${parentId === undefined ? '' : `,"parentSpanId":"${parentId}"`}${
    state === undefined ? '' : `,"traceState":${text(state)}`
  },"name":${text(nameOf(noted))},"kind":${KINDS[kind]},"startTimeUnixNano":"${nanos(startedAt)}","endTimeUnixNano":"${nanos(
    endedAt,
  )}","attributes":${attributes(values)},"status":{${isError ? '"code":2' : ''}}${
    first ? `,"links":[${linkText(first)}]` : ''
  },"flags":${flags | KNOWS_PARENT | (isRemote ? HAS_REMOTE_PARENT : 0)}}`
}

/** Where an attempt stands: its call, and its number there. */
function placeOf({ span: { traceId, parentId, attempt } }: Noted, further = 0): string {
  return `${traceId} ${parentId} ${attempt + further}`
}

function linkText({ span: { traceId, spanId, flags }, state }: Noted): string {
  const stated = state === undefined ? '' : `,"traceState":${text(state)}`
  return `{"traceId":"${traceId}","spanId":"${spanId}"${stated},"flags":${flags | KNOWS_PARENT}}`
}

function lineText({ at, level, event, message, traceId, ...others }: LogLine): string {
  const time = nanos(Date.parse(at))
  const values = Object.entries(others).flatMap(([name, value]): [string, AttributeValue][] =>
    value === undefined ? [] : [[`selvedge.${name}`, typeof value === 'object' ? value.join() : value]],
  )
  const trace = traceId === undefined ? '' : `,"traceId":"${traceId}"`
  return `{"timeUnixNano":"${time}","observedTimeUnixNano":"${time}","severityNumber":${SEVERITIES[level]},"severityText":"${level.toUpperCase()}","body":{"stringValue":${text(
    message ?? event,
  )}},"eventName":"selvedge.${event}","attributes":${attributes(values)}${trace}}`
}

function attributes(all: readonly (readonly [string, AttributeValue])[]): string {
  return `[${all.map(([key, value]) => `{"key":${text(key)},"value":${valueText(value)}}`).join()}]`
}

function valueText(value: AttributeValue): string {
  if (typeof value === 'string') return `{"stringValue":${text(value)}}`
  if (typeof value === 'boolean') return `{"boolValue":${value}}`
  return Number.isInteger(value) ? `{"intValue":${value}}` : `{"doubleValue":${value}}`
}

/** A number that is whole in milliseconds, or nearly. */
function nanos(ms: number): string {
  return (BigInt(Math.round(ms * 1000)) * 1000n).toString()
}

function text(value: string): string {
  return JSON.stringify(value.length > TEXT ? value.slice(0, TEXT) : value)
}
