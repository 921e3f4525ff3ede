/** Answers browsers that ask whether a page may call, and tells them that it may: CORS (GEP-1767). */

import { type Filter, nothing } from '../../core/engine/service.ts'
import type { Receipt } from '../../core/receipt.ts'
import { remade } from '../../wire/answer/remade.ts'
import { PROXY_STATUS } from '../../wire/headers.ts'
import { proxyStatus } from '../../wire/problem/proxy-status.ts'
import type { Cors } from './policy.ts'

export interface CorsPlan {
  readonly cors: Cors
  isAllowed(origin: string): boolean
}

interface CorsNeeds {
  readonly receipt: Receipt
  readonly way?: { readonly cors: CorsPlan | undefined } | undefined
}

const ALLOW_ORIGIN = 'access-control-allow-origin'
const ALLOW_CREDENTIALS = 'access-control-allow-credentials'

/** How long a browser remembers the answer to a preflight, in seconds (GEP-1767). */
const MAX_AGE_SECONDS = 5

export function corsPlan(cors: Cors): CorsPlan {
  const tests = (cors.allowOrigins ?? []).map(originTest)
  return { cors, isAllowed: (origin) => tests.some((test) => test(origin)) }
}

/** Above all that answers: a preflight never reaches a backend, and a redirect is for pages, too. */
export const cors: Filter<CorsNeeds> = function cors(request, { way, receipt }, next) {
  if (!way?.cors) return next(request, nothing)
  const { cors, isAllowed } = way.cors
  const said = request.headers.get('origin')
  const origin = said && isAllowed(said) ? said : undefined
  if (said && request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return Promise.resolve(preflight(request, cors, origin))
  }
  // An error of our own is for the page to read, too.
  receipt.crossOrigin = [...told(new Headers(), cors, origin)]
  return next(request, nothing).then((response) => {
    const answer = remade(response)
    if (answer) told(answer.headers, cors, origin)
    return answer ?? response
  })
}

function preflight({ headers: asked }: Request, cors: Cors, origin: string | undefined): Response {
  const headers = told(new Headers(), cors, origin)
  headers.set(PROXY_STATUS, proxyStatus({ details: 'a preflight, answered by a rule' }))
  const write = (name: string, said: readonly string[] | undefined, wanted: string | null) => {
    const value = saidOf(said, wanted, cors)
    if (value) headers.set(name, value)
  }
  if (origin !== undefined) {
    write('access-control-allow-methods', cors.allowMethods, asked.get('access-control-request-method'))
    write('access-control-allow-headers', cors.allowHeaders, asked.get('access-control-request-headers'))
    headers.set('access-control-max-age', String(cors.maxAge ?? MAX_AGE_SECONDS))
  }
  return new Response(null, { status: 204, headers })
}

/**
 * Writes into the headers of an answer who may read it: that is for the rule to say, not for the backend.
 *
 * @param origin that is allowed.
 */
function told(headers: Headers, cors: Cors, origin: string | undefined): Headers {
  const { allowOrigins, allowCredentials, exposeHeaders } = cors
  const exposed = saidOf(exposeHeaders, [...headers.keys()].join(', '), cors)
  headers.delete(ALLOW_ORIGIN)
  headers.delete(ALLOW_CREDENTIALS)
  const isForAll = allowOrigins?.[0] === '*' && !allowCredentials
  // A cache must give neither this answer to another origin, nor one that was for nobody to this one.
  if (!isForAll) headers.append('vary', 'origin')
  const allowed = isForAll ? '*' : origin
  if (allowed === undefined) return headers
  headers.set(ALLOW_ORIGIN, allowed)
  if (allowCredentials) headers.set(ALLOW_CREDENTIALS, 'true')
  if (exposed) headers.set('access-control-expose-headers', exposed)
  return headers
}

/** With credentials a browser reads `*` as a name, not as all of them: so `wanted` is listed in its place. */
function saidOf(said: readonly string[] = [], wanted: string | null, { allowCredentials }: Cors): string {
  return said
    .map((name) => (name === '*' && allowCredentials ? wanted : name))
    .filter(Boolean)
    .join(', ')
}

/** `*` in front of a host stands for any labels; a port left out is that of the scheme. */
function originTest(written: string): (origin: string) => boolean {
  if (written === '*') return () => true
  const [scheme, host, port] = partsOf(written)
  return (origin) => {
    const [itsScheme, itsHost, itsPort] = partsOf(origin)
    const isHost = host.startsWith('*') ? itsHost.endsWith(host.slice(1)) : itsHost === host
    return scheme === itsScheme && port === itsPort && isHost && itsHost !== ''
  }
}

function partsOf(origin: string): readonly [string, string, string] {
  const [, scheme = '', host = '', port] = /^(\w+):\/\/(.*?)(?::(\d+))?$/.exec(origin.toLowerCase()) ?? []
  return [scheme, host, port ?? (scheme === 'https' ? '443' : '80')]
}
