/** Consent of a topic to be sent events: the handshake of CloudEvents' HTTP webhooks (1.0.2, section 4). */

const ORIGIN = 'webhook-request-origin'
const RATE = 'webhook-request-rate'

/** Who may not call the topic has been refused before: its record's `access` says so. */
export function consent(asked: Headers): Response {
  const headers = new Headers({ allow: 'POST, OPTIONS' })
  const origin = asked.get(ORIGIN)?.trim()
  if (origin) {
    headers.set('webhook-allowed-origin', origin)
    const rate = asked.get(RATE)?.trim() ?? ''
    // Requests a minute; none is asked for, or any is granted: what is too much is answered with 429.
    headers.set('webhook-allowed-rate', /^[1-9]\d{0,8}$/.test(rate) ? rate : '*')
  }
  return new Response(null, { status: 200, headers })
}
