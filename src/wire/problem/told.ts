/** What callers read of an error: trusted ones what happened, all others what they can do about it. */
import type { MeshError, MeshErrorCode } from '../../core/errors.ts'

const OPERATOR = 'The operator of the mesh finds the reason in its log, by the trace id.'
const LATER = 'The service cannot be reached now. Try again later.'
const LATE = 'No answer came in time. Give the call more time.'

/**
 * What strangers read. The message of an error is never part of it: it can hold endpoints, names of bindings and secrets,
 * contents of records, and what functions and the registry said.
 */
const FOR_ANYONE: Readonly<Partial<Record<MeshErrorCode, string>>> = {
  service_not_named: 'No service is named: say it as the host, or as /svc/<name>/….',
  caller_unknown: 'The service wants to know who calls.',
  caller_denied: 'The caller may not do this.',
  rate_limited: 'Too many requests. Try again later.',
  object_not_named: 'The request does not say which object it means.',
  route_not_found: 'No rule of the service takes the request.',
  request_too_large: 'The service takes less at once.',
  protocol_unsupported: 'Native gRPC does not pass: use gRPC-Web or Connect.',
  no_endpoint: LATER,
  endpoint_unreachable: LATER,
  limit_subrequests: 'One request has led to more calls than one may.',
  overloaded: LATER,
  trust_unavailable: LATER,
  registry_unavailable: LATER,
  deadline_exceeded: LATE,
  deadline_insufficient: LATE,
  attempt_timed_out: LATE,
}

export function toldOf({ code, message, service }: MeshError, isTrusted: boolean): string {
  if (isTrusted) return message
  if (code === 'service_not_found' && service !== undefined) return `No service is called "${service}".`
  return FOR_ANYONE[code] ?? OPERATOR
}
