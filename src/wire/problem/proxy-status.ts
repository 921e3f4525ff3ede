/** Writes the header Proxy-Status (RFC 9209), which tells a caller what the mesh did. */

export interface ProxyStatus {
  /** An RFC 9209 error type: the mesh, not the upstream, answered. */
  error?: string
  /** The status that the endpoint answered with. */
  receivedStatus?: number
  details?: string
}

/** `selvedge; error=…; details="…"` */
export function proxyStatus({ error, receivedStatus, details }: ProxyStatus): string {
  let text = 'selvedge'
  if (error !== undefined) text += `; error=${error}`
  if (receivedStatus !== undefined) text += `; received-status=${receivedStatus}`
  if (details !== undefined) text += `; details=${sfString(details)}`
  return text
}

/** A structured-field string (RFC 8941 §3.3.3): printable ASCII, quotes and backslashes escaped. */
export function sfString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
}
