/** Answers browsers that ask whether a page may call, and tells them that it may: CORS (GEP-1767). */
import { type Filter, nothing } from '../core/service.ts'
import type { Cors } from '../policy/cors.ts'
import type { RuleFilter } from '../policy/filter.ts'
import { PROXY_STATUS } from '../wire/headers.ts'
import { proxyStatus } from '../wire/proxy-status.ts'

export interface CorsPlan {
  readonly cors: Cors
  isAllowed(origin: string): boolean
}

interface Needs {
  readonly plan?: { readonly cors: CorsPlan | undefined } | undefined
}

/** How long a browser remembers the answer to a preflight, in seconds (GEP-1767). */
const MAX_AGE_SECONDS = 5

export function corsPlan(filters: readonly RuleFilter[]): CorsPlan | undefined {
  const filter = filters.findLast(({ type }) => type === 'CORS')
  if (filter?.type !== 'CORS') return undefined
  const tests = (filter.cors.allowOrigins ?? []).map(originTest)
  return { cors: filter.cors, isAllowed: (origin) => tests.some((test) => test(origin)) }
}

/** Above all that answers: a preflight never reaches a backend, and a redirect is for pages, too. */
export const cors: Filter<Needs> = function cors(request, { plan }, next) {
  const origin = plan?.cors && request.headers.get('origin')
  if (!plan?.cors || !origin) return next(request, nothing)
  const isAllowed = plan.cors.isAllowed(origin)
  if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return Promise.resolve(preflight(request, plan.cors.cors, isAllowed ? origin : undefined))
  }
  const answer = next(request, nothing)
  const { cors } = plan.cors
  return isAllowed ? answer.then((response) => told(response, cors, origin)) : answer
}

function preflight({ headers: asked }: Request, cors: Cors, origin: string | undefined): Response {
  const headers = new Headers({ [PROXY_STATUS]: proxyStatus({ details: 'a preflight, answered by a rule' }) })
  const write = (name: string, said: readonly string[] | undefined, wanted: string | null) => {
    const value = saidOf(said, wanted, cors)
    if (value) headers.set(name, value)
  }
  if (origin !== undefined) {
    allow(headers, cors, origin)
    write('access-control-allow-methods', cors.allowMethods, asked.get('access-control-request-method'))
    write('access-control-allow-headers', cors.allowHeaders, asked.get('access-control-request-headers'))
    // No browser reads it here; the upstream conformance tests do.
    write('access-control-expose-headers', cors.exposeHeaders, null)
    headers.set('access-control-max-age', String(cors.maxAge ?? MAX_AGE_SECONDS))
  }
  return new Response(null, { status: 204, headers })
}

function told(response: Response, cors: Cors, origin: string): Response {
  if (response.status < 200 || response.status > 599) return response
  const answer = new Response(response.body, response)
  const exposed = saidOf(cors.exposeHeaders, [...response.headers.keys()].join(', '), cors)
  allow(answer.headers, cors, origin)
  if (exposed) answer.headers.set('access-control-expose-headers', exposed)
  return answer
}

function allow(headers: Headers, { allowOrigins, allowCredentials }: Cors, origin: string): void {
  const isAny = allowOrigins?.[0] === '*' && !allowCredentials
  headers.set('access-control-allow-origin', isAny ? '*' : origin)
  // The answer is for this origin: a cache must not give it to another.
  if (!isAny) headers.append('vary', 'origin')
  if (allowCredentials) headers.set('access-control-allow-credentials', 'true')
  else headers.delete('access-control-allow-credentials')
}

/** With credentials a browser takes `*` for a name: what was asked for is said instead. */
function saidOf(said: readonly string[] = [], wanted: string | null, { allowCredentials }: Cors): string | null {
  return said[0] === '*' && allowCredentials ? wanted : said.join(', ')
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
