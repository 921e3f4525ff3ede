/** The attributes of spans: those of the HTTP semantic conventions (stable), and the mesh's own. The table of docs/tracing.md is made of this one. */
import { MEANINGS, type MeshErrorCode } from '../../core/errors.ts'
import type { Span } from '../../core/span.ts'
import { addressOf, type Noted } from './noted.ts'

export type AttributeValue = string | number | boolean

export interface Attribute {
  readonly name: string
  /** The kinds of spans that have it, where there is something to say. */
  readonly on: readonly Span['kind'][]
  readonly says: string
  value(noted: Noted): AttributeValue | undefined
}

/** The methods of RFC 9110, and PATCH: what else is sent is `_OTHER` by the conventions. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])

const ALL = ['server', 'call', 'client'] as const
const CALLS = ['call', 'client'] as const

export const ATTRIBUTES: readonly Attribute[] = [
  {
    name: 'http.request.method',
    on: ALL,
    says: 'the method; `_OTHER` where it is none of HTTP',
    value: ({ method }) => methodOf(method),
  },
  {
    name: 'http.response.status_code',
    on: ALL,
    says: 'the status of the answer',
    value: ({ span }) => span.status,
  },
  {
    name: 'error.type',
    on: ALL,
    says: 'of what failed: the [code](errors.md) of the mesh, the status, or the outcome',
    value: errorType,
  },
  {
    name: 'http.route',
    on: ['server'],
    says: "the rule's path as it is written, `/orders/*`. The path that was asked for is nowhere",
    value: ({ template }) => template,
  },
  { name: 'url.template', on: CALLS, says: 'the same', value: ({ template }) => template },
  {
    name: 'url.scheme',
    on: ['server', 'client'],
    says: '`https` or `http`, where there is one',
    value: (noted) => addressFor(noted)?.scheme,
  },
  {
    name: 'server.address',
    on: ALL,
    says: 'the host that was called: of a call the name; of an attempt that of the endpoint, or the name where it has none',
    value: (noted) => addressFor(noted)?.host ?? noted.receipt.service,
  },
  {
    name: 'server.port',
    on: ['server', 'client'],
    says: 'its port, where there is one',
    value: (noted) => addressFor(noted)?.port,
  },
  {
    name: 'http.request.resend_count',
    on: ['client'],
    says: 'attempts of the call before this one, where there were any',
    value: ({ span }) => span.attempt - 1 || undefined,
  },
  { name: 'selvedge.service', on: ALL, says: 'the name that was called', value: ({ receipt }) => receipt.service },
  {
    name: 'selvedge.record',
    on: ['call'],
    says: 'the registry key of the record that was used: a wildcard has one for many names',
    value: ({ receipt }) => receipt.key,
  },
  { name: 'selvedge.revision', on: ['call'], says: 'its revision', value: ({ receipt }) => receipt.revision },
  {
    name: 'selvedge.freshness',
    on: ['call'],
    says: '`stale` or `last-good` where the record was not `fresh`',
    value: ({ receipt: { freshness } }) => (freshness === 'fresh' ? undefined : freshness),
  },
  {
    name: 'selvedge.rule',
    on: ALL,
    says: 'the rule that matched: its name, or its position',
    value: ({ receipt }) => receipt.rule,
  },
  {
    name: 'selvedge.backend',
    on: CALLS,
    says: 'the service that the rule chose, where that is another',
    value: ({ receipt }) => receipt.backend,
  },
  {
    name: 'selvedge.caller',
    on: ['server', 'call'],
    says: 'who called, where that is known',
    value: (it) => it.caller,
  },
  {
    name: 'selvedge.endpoint',
    on: ['client'],
    says: 'the endpoint, as logs and receipts name it',
    value: ({ span }) => span.name,
  },
  { name: 'selvedge.attempt', on: ['client'], says: 'its number: 1 is the first', value: ({ span }) => span.attempt },
  {
    name: 'selvedge.hedge',
    on: ['client'],
    says: '`true`: it was sent while the one before was under way, to which it links',
    value: ({ isHedge }) => isHedge || undefined,
  },
  {
    name: 'selvedge.cold',
    on: ['client'],
    says: '`true`: the endpoint was asleep',
    value: ({ isCold }) => isCold || undefined,
  },
  {
    name: 'selvedge.outcome',
    on: ALL,
    says: 'how it ended, as [retries](retries.md) and metrics say it',
    value: ({ span }) => span.outcome,
  },
  {
    name: 'selvedge.blame',
    on: CALLS,
    says: 'who is to blame for it: `endpoint`, `caller`, `mesh`. Of a call: for its last attempt',
    value: ({ blame }) => (blame === 'nobody' ? undefined : blame),
  },
  {
    name: 'selvedge.code',
    on: ALL,
    says: 'the [code](errors.md) of an error of the mesh, whatever its status',
    value: codeOf,
  },
  {
    name: 'selvedge.attempts',
    on: ['call'],
    says: 'how many attempts were made',
    value: ({ receipt }) => receipt.attempts.length,
  },
  {
    name: 'selvedge.retries_used',
    on: ['call'],
    says: 'retries that were used for it, here and beneath',
    value: ({ receipt }) => receipt.retriesUsed || undefined,
  },
  {
    name: 'selvedge.retry_refused',
    on: ['call'],
    says: 'why its last failed attempt was not [retried](retries.md)',
    value: ({ receipt }) => receipt.retryRefused,
  },
  {
    name: 'selvedge.deadline_left_ms',
    on: ALL,
    says: 'milliseconds that were left of its deadline when it ended, where it had one',
    value: ({ deadlineLeftMs }) => deadlineLeftMs,
  },
]

const OF_KIND: Readonly<Record<Span['kind'], readonly Attribute[]>> = {
  server: ATTRIBUTES.filter(({ on }) => on.includes('server')),
  call: ATTRIBUTES.filter(({ on }) => on.includes('call')),
  client: ATTRIBUTES.filter(({ on }) => on.includes('client')),
}

/** What there is to say of a span. */
export function attributesOf(noted: Noted): [name: string, value: AttributeValue][] {
  return OF_KIND[noted.span.kind].flatMap(({ name, value }) => {
    const said = value(noted)
    return said === undefined ? [] : [[name, said]]
  })
}

/** Few in number, whatever strangers call: `GET /orders/*`, `call users`, `GET`. */
export function nameOf({ span: { kind }, method, template, receipt }: Noted): string {
  // A name that nothing stands under is a stranger's.
  if (kind === 'call') return receipt.key === undefined ? 'call' : `call ${receipt.service}`
  const said = methodOf(method) === '_OTHER' ? 'HTTP' : method
  return template === undefined ? said : `${said} ${template}`
}

function methodOf(method: string): string {
  return METHODS.has(method) ? method : '_OTHER'
}

/** Of a request that came in: where it came to. Of an attempt: where it went. */
function addressFor({ span, address }: Noted) {
  return span.kind === 'client' ? addressOf(span.name) : address
}

/** Above the attempts the receipt knows: an error that has become an answer is no longer one. */
function codeOf({ span, receipt }: Noted): string | undefined {
  return span.error ?? (span.kind === 'server' ? receipt.error : undefined)
}

/** A status of 4xx is the caller's affair: of a request that came in it is no error. */
function errorType(noted: Noted): string | undefined {
  const { span, isFailure } = noted
  const { kind, status = 0, outcome } = span
  const code = codeOf(noted)
  if (code !== undefined && (kind !== 'server' || isServerError(code))) return code
  if (status >= (kind === 'client' ? 400 : 500)) return String(status)
  return isFailure ? outcome : undefined
}

function isServerError(code: string): boolean {
  return Object.hasOwn(MEANINGS, code) && MEANINGS[code as MeshErrorCode].status >= 500
}
