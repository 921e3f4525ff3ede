/** The paths under `/-/` on the mesh's own hosts: health, and who asks, are its own to tell, all else the control plane's. None is ever a service's. */
import type { Caller } from '../core/caller.ts'
import type { Probed } from '../mesh/receipts/prober.ts'
import { WHOAMI_PATH, whoami } from '../mesh/trust/whoami.ts'
import { INSTALLATION } from '../wire/installation.ts'
import { plainProblem } from '../wire/problem/plain.ts'
import { revisionsOf } from '../wire/revision.ts'
import { installed, type Parts, versionOf } from './installed.ts'

/** Of these the control plane hears what this Worker has. */
const API_PREFIX = '/-/api/'

const HEALTH_PATH = '/-/healthz'

/** What of the Worker's environment is looked at here. */
export interface Reserving {
  /** The binding of the control plane's Worker. Without it nothing more stands here. */
  readonly CONTROL?: Fetcher
}

/** What is known besides the request. */
export interface ReservedOf {
  /** What of the mesh this Worker has. */
  readonly parts: Parts
  /** Who asks. */
  readonly caller: Caller
  /** Is it believed? */
  readonly trusted: boolean
}

export function reserved(
  request: Request,
  path: string,
  env: Reserving,
  { parts, caller, trusted }: ReservedOf,
): Response | Promise<Response> {
  const [said = ''] = path.split('?', 1)
  if (said === HEALTH_PATH) return healthOf()
  if (said === WHOAMI_PATH) return whoami(caller, trusted)
  const control = env.CONTROL
  if (!control) return plainProblem(404, 'Not found', `Nothing stands under ${said}.`)
  return asked(control, told(request, said, env, parts))
}

/** The name in `/-/healthz?service=users`, as it stands there. */
export function serviceProbed(path: string): string | undefined {
  if (!path.startsWith(`${HEALTH_PATH}?`)) return undefined
  return new URLSearchParams(path.slice(HEALTH_PATH.length)).get('service') ?? undefined
}

/** @param probed which records serve here for a name, to who may know. */
export function healthOf(probed?: Probed): Response {
  const { records, ...told } = probed ?? {}
  return Response.json(
    { status: 'ok', version: versionOf(), ...told, revisions: records && revisionsOf(records) },
    { headers: { 'cache-control': 'no-store' } },
  )
}

/** What a caller says of this Worker goes no further. */
function told(request: Request, path: string, env: object, parts: Parts): Request {
  const isOfApi = path.startsWith(API_PREFIX)
  if (!isOfApi && !request.headers.has(INSTALLATION)) return request
  const made = new Request(request)
  if (isOfApi) made.headers.set(INSTALLATION, installed(env, parts))
  else made.headers.delete(INSTALLATION)
  return made
}

async function asked(control: Fetcher, request: Request): Promise<Response> {
  try {
    return await control.fetch(request)
  } catch {
    return plainProblem(503, 'Service unavailable', 'The control plane did not answer. Services are called without it.')
  }
}
