/** Sends the caller elsewhere: RequestRedirect of the Gateway API. */

import { type Filter, nothing } from '../../core/engine/service.ts'
import { plainPath } from '../../core/text/path.ts'
import { type Replace, replacedPath } from '../../core/text/replaced-path.ts'
import { PROXY_STATUS } from '../../wire/headers.ts'
import { proxyStatus } from '../../wire/problem/proxy-status.ts'
import type { Redirect } from './policy.ts'

export interface RedirectPlan {
  readonly to: Redirect
  readonly replace: Replace | undefined
}

interface RedirectNeeds {
  /** As the rules see it: on the mesh's own hosts the name of the service stands before it. */
  readonly path: string
  /** How many characters of the URL's path do. */
  readonly mountLength?: number | undefined
  readonly way?: { readonly redirect: RedirectPlan | undefined } | undefined
}

/** @param prefix of every request of the rule. */
export function redirectPlan(to: Redirect, prefix: string): RedirectPlan {
  return { to, replace: to.path && replacedPath(to.path, prefix) }
}

export const redirect: Filter<RedirectNeeds> = function redirect(request, { path, mountLength = 0, way }, next) {
  if (!way?.redirect) return next(request, nothing)
  const headers = {
    location: locationOf(request.url, mountLength, path, way.redirect),
    [PROXY_STATUS]: proxyStatus({ details: 'redirected by a rule' }),
  }
  return Promise.resolve(new Response(null, { status: way.redirect.to.statusCode ?? 302, headers }))
}

function locationOf(url: string, mountLength: number, path: string, { to, replace }: RedirectPlan): string {
  const asked = new URL(url)
  const scheme = to.scheme ?? asked.protocol.slice(0, -1)
  // A scheme that is given has its own port, unless one is given, too.
  const port = to.port ?? (to.scheme ? '' : asked.port)
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const mount = to.hostname === undefined ? url.slice(start, start + mountLength) : ''
  // Steps up are taken before the mount stands there: they must not lead out of it.
  const after = replace ? plainPath(replace(path)) : path
  // As a URL it leaves out the port that the scheme has anyhow, and can stand in a header.
  return new URL(`${scheme}://${to.hostname ?? asked.hostname}:${port}${mount}${after}`).href
}
