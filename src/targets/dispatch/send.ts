/** Workers of a dispatch namespace (Workers for Platforms), by the name of their script. */
import { MeshError } from '../../core/errors.ts'
import { bound } from '../bindings.ts'
import { type Callee, forwardInside } from '../forward.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import { NAMESPACE } from './reach.ts'
import type { DispatchTarget } from './schema.ts'

interface Namespace {
  get(script: string, args?: object, options?: { limits?: object }): Callee
}

export async function sendToScript(
  { bindings }: Pick<Ways, 'bindings'>,
  request: Request,
  sent: Sent,
  { binding, script, limits }: DispatchTarget,
): Promise<Response> {
  const namespace = bound<Namespace>(bindings, binding, NAMESPACE)
  try {
    const callee = limits ? namespace.get(script, {}, { limits }) : namespace.get(script)
    return await forwardInside(callee, request, sent)
  } catch (cause) {
    // The platform's word for it, in production and in its emulations.
    if (!(cause instanceof Error) || !cause.message.startsWith('Worker not found')) throw cause
    const message = `Dispatch namespace "${binding}" has no script "${script}".`
    throw new MeshError('backend_not_found', message, { cause, verdict: 'go' })
  }
}
