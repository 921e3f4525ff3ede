/** What the mesh answers by itself: the paths under `/-/` on its own hosts. Nothing under them is ever forwarded. */
declare const SELVEDGE_VERSION: string

/** Health and version; whatever else may come to stand here is not found. */
export function reserved(path: string): Response {
  const [said] = path.split('?', 1)
  if (said === '/-/healthz') {
    return Response.json({ status: 'ok', version: versionOf() }, { headers: { 'cache-control': 'no-store' } })
  }
  return Response.json(
    { type: 'about:blank', title: 'Not found', status: 404, detail: `Nothing stands under ${said}.` },
    { status: 404, headers: { 'content-type': 'application/problem+json' } },
  )
}

/** The build writes the version in; what runs from source has none. */
function versionOf(): string {
  return typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : '0.0.0'
}
