/** The paths under `/-/` on the mesh's own hosts: health is its own to tell, all else the control plane's. None is ever a service's. */
import { plainProblem } from '../wire/problem/plain.ts'

declare const SELVEDGE_VERSION: string

/** @param control the binding of the control plane's Worker. Without it nothing more stands here. */
export function reserved(request: Request, path: string, control: Fetcher | undefined): Response | Promise<Response> {
  const [said = ''] = path.split('?', 1)
  if (said === '/-/healthz') {
    return Response.json({ status: 'ok', version: versionOf() }, { headers: { 'cache-control': 'no-store' } })
  }
  if (!control) return plainProblem(404, 'Not found', `Nothing stands under ${said}.`)
  return asked(control, request)
}

async function asked(control: Fetcher, request: Request): Promise<Response> {
  try {
    return await control.fetch(request)
  } catch {
    return plainProblem(503, 'Service unavailable', 'The control plane did not answer. Services are called without it.')
  }
}

/** The build writes the version in; what runs from source has none. */
function versionOf(): string {
  return typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : '0.0.0'
}
