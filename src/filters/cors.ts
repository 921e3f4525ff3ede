/** Answers browsers that ask whether a page may call, and tells them that it may: CORS (GEP-1767). */
import type { Receipt } from '../core/receipt.ts'
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
  readonly receipt: Receipt
  readonly plan?: { readonly cors: CorsPlan | undefined } | undefined
}

const ALLOW_ORIGIN = 'access-control-allow-origin'
const ALLOW_CREDENTIALS = 'access-control-allow-credentials'

/** How long a browser remembers the answer to a preflight, in seconds (GEP-1767). */
const MAX_AGE_SECONDS = 5

export function corsPlan(filters: readonly RuleFilter[]): CorsPlan | undefined {
  const filter = filters.findLast(({ type }) => type === 'CORS')
  if (filter?.type !== 'CORS') return undefined
  const tests = (filter.cors.allowOrigins ?? []).map(originTest)
  return { cors: filter.cors, isAllowed: (origin) => tests.some((test) => test(origin)) }
}

/** Above all that answers: a preflight never reaches a backend, and a redirect is for pages, too. */
export const cors: Filter<Needs> = function cors(request, { plan, receipt }, next) {
  if (!plan?.cors) return next(request, nothing)
  const { cors, isAllowed } = plan.cors
  const said = request.headers.get('origin')
  const origin = said && isAllowed(said) ? said : undefined
  if (said && request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return Promise.resolve(preflight(request, cors, origin))
  }
  // An error of our own is for the page to read, too.
  receipt.crossOrigin = crossOrigin(cors, origin)
  return next(request, nothing).then((response) => told(response, cors, origin))
}

function preflight({ headers: asked }: Request, cors: Cors, origin: string | undefined): Response {
  const headers = new Headers({ [PROXY_STATUS]: proxyStatus({ details: 'a preflight, answered by a rule' }) })
  const write = (name: string, said: readonly string[] | undefined, wanted: string | null) => {
    const value = saidOf(said, wanted, cors)
    if (value) headers.set(name, value)
  }
  for (const [name, value] of crossOrigin(cors, origin)) headers.append(name, value)
  if (origin !== undefined) {
    write('access-control-allow-methods', cors.allowMethods, asked.get('access-control-request-method'))
    write('access-control-allow-headers', cors.allowHeaders, asked.get('access-control-request-headers'))
    // No browser reads it here; the upstream conformance tests do.
    write('access-control-expose-headers', cors.exposeHeaders, null)
    headers.set('access-control-max-age', String(cors.maxAge ?? MAX_AGE_SECONDS))
  }
  return new Response(null, { status: 204, headers })
}

function told(response: Response, cors: Cors, origin: string | undefined): Response {
  if (response.status < 200 || response.status > 599) return response
  const answer = new Response(response.body, response)
  const { headers } = answer
  const exposed = saidOf(cors.exposeHeaders, [...headers.keys()].join(', '), cors)
  // Who may read it is for the rule to say, not for the backend.
  headers.delete(ALLOW_ORIGIN)
  headers.delete(ALLOW_CREDENTIALS)
  for (const [name, value] of crossOrigin(cors, origin)) headers.append(name, value)
  if (exposed && headers.has(ALLOW_ORIGIN)) headers.set('access-control-expose-headers', exposed)
  return answer
}

/** @param origin that is allowed. */
function crossOrigin({ allowOrigins, allowCredentials }: Cors, origin: string | undefined): [string, string][] {
  if (allowOrigins?.[0] === '*' && !allowCredentials) return [[ALLOW_ORIGIN, '*']]
  // A cache must give neither this answer to another origin, nor one that was for nobody to this one.
  const said: [string, string][] = [['vary', 'origin']]
  if (origin !== undefined) said.push([ALLOW_ORIGIN, origin])
  if (origin !== undefined && allowCredentials) said.push([ALLOW_CREDENTIALS, 'true'])
  return said
}

/** With credentials a browser reads `*` as a name, not as all of them: so `wanted` is listed instead. */
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
