/** Who has been here before goes where it went: session persistence of the Gateway API (GEP-1619). */

import type { Seal } from '../../core/seal.ts'
import { cookiesOf } from '../../core/text/cookies.ts'
import { fnv1a, mixed } from '../../math/hash.ts'
import { durationMs } from '../../schema/duration.ts'
import type { SessionPersistence } from './session-policy.ts'

/** What a caller brings back: opaque to it, and of no use but to come back. */
export interface Ticket {
  readonly backend: string
  readonly endpoint: string
  /** Milliseconds since the Unix epoch; `Infinity` where the session does not end. */
  readonly expiresAt: number
  /** Is it known that we gave it? Else anyone may have written it, and it leads only to where anyone may come. */
  readonly isSealed?: boolean
}

export interface Session {
  /** Does it seal the tickets that it gives? */
  readonly seals: boolean
  /** The ticket that a request brings of this rule, where it has not run out. There is to wait only where one has a seal. */
  read(headers: Headers, now: number): Ticket | undefined | Promise<Ticket | undefined>
  /** The header that gives a caller its ticket. */
  write(
    ticket: Pick<Ticket, 'backend' | 'endpoint'>,
    now: number,
    isSecure: boolean,
  ): Promise<readonly [name: string, value: string]>
}

/** A ticket as it was brought. */
interface Brought extends Ticket {
  readonly text: string
  readonly mark: string | undefined
}

/** Seals that are looked at of one request, at most: each costs a digest. */
const MOST_SEALS = 4

/**
 * @param rule tells the tickets of one rule from those of another: sessions are a rule's own.
 * @param seal of the tickets, where the mesh has keys for it.
 */
export function session(written: SessionPersistence, rule: string, seal?: Seal): Session {
  const own = markOf(rule)
  const lifeMs = durationMs(written.absoluteTimeout ?? '0s') || Number.POSITIVE_INFINITY
  const cookie = 'cookie' in written ? written.cookie : undefined
  const name = 'header' in written ? written.header.name : (cookie?.name ?? `selvedge-session-${own}`)

  return {
    seals: seal !== undefined,
    read(headers, now) {
      // A browser may bring several cookies of one name, of other paths or of other rules.
      const said = cookie ? ofName(headers.get('cookie') ?? '', name) : (headers.get(name) ?? '').split(/,\s*/)
      const brought = said.flatMap(ticketsOf).filter(({ expiresAt }) => expiresAt > now)
      return seal && brought.some(({ mark }) => mark) ? sealedOf(brought, seal) : brought[0]
    },
    async write({ backend, endpoint }, now, isSecure) {
      const end = lifeMs === Number.POSITIVE_INFINITY ? '' : (now + lifeMs).toString(36)
      const text = `${own}.${backend}.${endpoint}.${end}`
      const value = seal ? `${text}.${await seal.markOf(sealed(text))}` : text
      if (!cookie) return [name, value]
      const attributes = [`${name}=${value}`, `Path=${cookie.path ?? '/'}`, 'HttpOnly', 'SameSite=Strict']
      // GEP-1619 lets a mesh relax it: over plain HTTP a client would keep the cookie to itself.
      if (isSecure) attributes.push('Secure')
      if (cookie.lifetimeType === 'Permanent') attributes.push(`Max-Age=${Math.ceil(lifeMs / 1000)}`)
      return ['set-cookie', attributes.join('; ')]
    },
  }

  /** What is sealed: of this rule alone, in full. */
  function sealed(text: string): string {
    return `session ${rule} ${text}`
  }

  async function sealedOf(brought: readonly Brought[], { fits }: Seal): Promise<Ticket | undefined> {
    for (const ticket of brought.slice(0, MOST_SEALS)) {
      if (ticket.mark && (await fits(sealed(ticket.text), ticket.mark))) return { ...ticket, isSealed: true }
    }
    return brought[0]
  }

  function ticketsOf(said: string): Brought[] {
    const [rule, backend = '', endpoint = '', end = '', mark, ...more] = said.split('.')
    if (rule !== own || more.length > 0) return []
    const text = `${rule}.${backend}.${endpoint}.${end}`
    return [
      { backend, endpoint, expiresAt: end === '' ? Number.POSITIVE_INFINITY : Number.parseInt(end, 36), text, mark },
    ]
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
