/** Who asks: the API is not there unless tokens are configured, and answers nobody without one of them. */
import { createMiddleware } from 'hono/factory'
import type { Log } from '../../core/log.ts'
import type { Clock } from '../../core/time/clock.ts'
import { refusal } from '../answer/problem.ts'
import type { AdminEnv, ControlEnv } from '../env.ts'
import { isInAddress } from './held.ts'
import { patience } from './patience.ts'
import { isConfigured, type KnownToken, known, tokensOf, weaknessesOf } from './tokens.ts'

const CHALLENGE = { 'www-authenticate': 'Bearer realm="selvedge"' }

/** What is known of an environment: read once. */
type Configured = { readonly tokens: readonly KnownToken[] } | { readonly fault: string }

export function authenticate(clock: Clock, log: Log) {
  const configured = new WeakMap<ControlEnv, Configured>()
  const slow = patience(clock)

  async function read(env: ControlEnv): Promise<Configured> {
    const before = configured.get(env)
    if (before) return before
    for (const message of weaknessesOf(env)) log({ level: 'warn', event: 'admin_weak', message })
    const now = await tokensOf(env).then(
      (tokens) => ({ tokens }),
      (error: unknown) => ({ fault: error instanceof Error ? error.message : String(error) }),
    )
    configured.set(env, now)
    return now
  }

  return createMiddleware<AdminEnv>(async (c, next) => {
    if (!isConfigured(c.env)) return c.notFound()
    const now = await read(c.env)
    if ('fault' in now) {
      log({ level: 'error', event: 'admin_off', message: now.fault })
      throw refusal(
        503,
        "The API's tokens are not configured as they should be. The log of the control plane says why.",
      )
    }
    const header = c.req.header('authorization')
    if (header === undefined) throw refusal(401, 'A token is needed: authorization: Bearer …', { headers: CHALLENGE })
    const [, sent] = /^Bearer +(\S+) *$/i.exec(header) ?? []
    const token = sent === undefined ? undefined : await known(now.tokens, sent)
    if (sent === undefined || token === undefined) {
      log({ level: 'warn', event: 'admin_denied', message: 'A wrong token was sent.' })
      await slow.wait()
      throw refusal(401, 'The token is not known here.', {
        headers: { 'www-authenticate': `${CHALLENGE['www-authenticate']}, error="invalid_token"` },
      })
    }
    if (isInAddress(sent, c.req.url))
      throw refusal(400, 'The token stands in the address, too, where logs keep it. It belongs in authorization alone.')
    c.set('token', token)
    // Who reads with another token is told something else, or nothing.
    c.header('cache-control', 'no-store')
    return next()
  })
}
