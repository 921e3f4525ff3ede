/** Who has been here before goes where it went: session persistence of the Gateway API (GEP-1619). */

import { cookiesOf } from '../../core/cookies.ts'
import { fnv1a, mixed } from '../../math/hash.ts'
import { durationMs } from '../../policy/duration.ts'
import type { SessionPersistence } from '../../policy/session.ts'

/** What a caller brings back: opaque to it, and of no use but to come back. */
export interface Ticket {
  readonly backend: string
  readonly endpoint: string
  /** Milliseconds since the Unix epoch; `Infinity` where the session does not end. */
  readonly expiresAt: number
}

export interface Session {
  /** The ticket that a request brings of this rule, where it has not run out. */
  read(headers: Headers, now: number): Ticket | undefined
  /** The header that gives a caller its ticket. */
  write(ticket: Omit<Ticket, 'expiresAt'>, now: number, isSecure: boolean): readonly [name: string, value: string]
}

/** @param rule tells the tickets of one rule from those of another: sessions are a rule's own. */
export function session(written: SessionPersistence, rule: string): Session {
  const own = markOf(rule)
  const lifeMs = durationMs(written.absoluteTimeout ?? '0s') || Number.POSITIVE_INFINITY
  const cookie = 'cookie' in written ? written.cookie : undefined
  const name = 'header' in written ? written.header.name : (cookie?.name ?? `selvedge-session-${own}`)

  return {
    read(headers, now) {
      // A browser may bring several cookies of one name, of other paths or of other rules.
      const said = cookie ? ofName(headers.get('cookie') ?? '', name) : (headers.get(name) ?? '').split(/,\s*/)
      return said.map(ticketOf).find((ticket) => ticket !== undefined && ticket.expiresAt > now)
    },
    write({ backend, endpoint }, now, isSecure) {
      const end = lifeMs === Number.POSITIVE_INFINITY ? '' : (now + lifeMs).toString(36)
      const value = `${own}.${backend}.${endpoint}.${end}`
      if (!cookie) return [name, value]
      const attributes = [`${name}=${value}`, `Path=${cookie.path ?? '/'}`, 'HttpOnly', 'SameSite=Strict']
      // GEP-1619 lets a mesh relax it: over plain HTTP a client would keep the cookie to itself.
      if (isSecure) attributes.push('Secure')
      if (cookie.lifetimeType === 'Permanent') attributes.push(`Max-Age=${Math.ceil(lifeMs / 1000)}`)
      return ['set-cookie', attributes.join('; ')]
    },
  }

  function ticketOf(text: string): Ticket | undefined {
    const [rule, backend = '', endpoint = '', end = '', ...more] = text.split('.')
    if (rule !== own || more.length > 0) return undefined
    return { backend, endpoint, expiresAt: end === '' ? Number.POSITIVE_INFINITY : Number.parseInt(end, 36) }
  }
}

/** A name that tells nothing of what it stands for. */
export function markOf(text: string): string {
  return mixed(fnv1a(text)).toString(36)
}

function ofName(header: string, name: string): string[] {
  return cookiesOf(header)
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1))
}
