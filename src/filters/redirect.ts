/** Sends the caller elsewhere: RequestRedirect of the Gateway API. */
import { type Filter, nothing } from '../core/service.ts'
import type { Redirect, RuleFilter } from '../policy/filter.ts'
import { PROXY_STATUS } from '../wire/headers.ts'
import { proxyStatus } from '../wire/proxy-status.ts'
import { type Replace, replacedPath } from './replaced-path.ts'

export interface RedirectPlan {
  readonly to: Redirect
  readonly replace: Replace | undefined
}

interface Needs {
  readonly path: string
  readonly plan?: { readonly redirect: RedirectPlan | undefined } | undefined
}

/** @param prefix of every request of the rule. */
export function redirectPlan(filters: readonly RuleFilter[], prefix: string): RedirectPlan | undefined {
  const filter = filters.findLast(({ type }) => type === 'RequestRedirect')
  if (filter?.type !== 'RequestRedirect') return undefined
  const { path } = filter.requestRedirect
  return { to: filter.requestRedirect, replace: path && replacedPath(path, prefix) }
}

export const redirect: Filter<Needs> = function redirect(request, { path, plan }, next) {
  if (!plan?.redirect) return next(request, nothing)
  const headers = {
    location: locationOf(request.url, path, plan.redirect),
    [PROXY_STATUS]: proxyStatus({ details: 'redirected by a rule' }),
  }
  return Promise.resolve(new Response(null, { status: plan.redirect.to.statusCode ?? 302, headers }))
}

/** @param path as the rules see it: on the mesh's own hosts the name of the service stands before it. */
function locationOf(url: string, path: string, { to, replace }: RedirectPlan): string {
  const asked = new URL(url)
  const scheme = to.scheme ?? asked.protocol.slice(0, -1)
  // A scheme that is given has its own port, unless one is given, too.
  const port = to.port ?? (to.scheme ? '' : asked.port)
  const before = to.hostname === undefined ? spokenBefore(asked, path) : ''
  // As a URL it leaves out the port that the scheme has anyhow, and can stand in a header.
  return new URL(`${scheme}://${to.hostname ?? asked.hostname}:${port}${before}${replace ? replace(path) : path}`).href
}

/** What stands in the URL before the path that the rules see: `/svc/users`. */
function spokenBefore({ pathname, search }: URL, path: string): string {
  const whole = pathname + search
  if (whole.endsWith(path)) return whole.slice(0, -path.length)
  return path.startsWith('/?') || path === '/' ? pathname : ''
}
