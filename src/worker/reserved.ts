/** What the mesh answers by itself: the paths under `/-/` on its own hosts. Nothing under them is ever forwarded. */
import { RECORD_SCHEMA, RECORD_SCHEMA_TAG } from './record-schema.ts'

declare const SELVEDGE_VERSION: string

/** Health and version, and the schema of a record; whatever else may come to stand here is not found. */
export function reserved(request: Request, path: string): Response {
  const [said] = path.split('?', 1)
  if (said === '/-/healthz') {
    return Response.json({ status: 'ok', version: versionOf() }, { headers: { 'cache-control': 'no-store' } })
  }
  if (said === '/-/api/v1/schema') return schema(request)
  return problem(404, 'Not found', `Nothing stands under ${said}.`)
}

/** For editors, which ask from a page of their own and cannot show who they are: it says nothing of this installation. */
function schema({ method, headers }: Request): Response {
  if (method !== 'GET' && method !== 'HEAD') {
    return problem(405, 'Method not allowed', `The schema is read by GET or HEAD, not ${method}.`, {
      allow: 'GET, HEAD',
    })
  }
  const said = { etag: RECORD_SCHEMA_TAG, 'cache-control': 'no-cache', 'access-control-allow-origin': '*' }
  if (matches(headers.get('if-none-match'))) return new Response(null, { status: 304, headers: said })
  return new Response(method === 'HEAD' ? null : RECORD_SCHEMA, {
    headers: { ...said, 'content-type': 'application/schema+json' },
  })
}

/** RFC 9110 §13.1.2: compared weakly, and `*` is any. */
function matches(said: string | null): boolean {
  if (said === null) return false
  return said.split(',').some((tag) => ['*', RECORD_SCHEMA_TAG].includes(tag.trim().replace(/^W\//, '')))
}

function problem(status: number, title: string, detail: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { type: 'about:blank', title, status, detail },
    {
      status,
      headers: { ...headers, 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff' },
    },
  )
}

/** The build writes the version in; what runs from source has none. */
function versionOf(): string {
  return typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : '0.0.0'
}
