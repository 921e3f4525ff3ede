/** Which endpoints can be reached from here, and why the others cannot. */
import type { Target } from '../core/endpoint.ts'
import { CALLEE } from './binding/send.ts'
import { type Bindings, canDo, missing } from './bindings.ts'
import { NAMESPACE } from './dispatch/send.ts'
import { OBJECTS } from './object/send.ts'
import { QUEUE } from './queue/send.ts'

const WITHOUT_CLOUD = 'This mesh was made without `cloud` of selvedge/cloud.'

/** Why an endpoint cannot be reached from here; `undefined` where it can. */
export function unreachableBecause(target: Target, bindings: Bindings, hasCloud: boolean): string | undefined {
  const without = (what: string, name: string, methods: readonly string[]) =>
    canDo(bindings, name, methods) ? undefined : missing(what, name)
  switch (target.kind) {
    case 'url':
      return hasCloud || !target.credentials || target.credentials.type === 'header' ? undefined : WITHOUT_CLOUD
    case 'binding':
      return without('service binding', target.binding, CALLEE)
    case 'dispatch':
      return without('dispatch namespace', target.binding, NAMESPACE)
    case 'object':
      return without('Durable Object namespace', target.binding, OBJECTS)
    case 'queue':
      return without('queue', target.binding, QUEUE)
    case 'lambda':
      return hasCloud ? undefined : WITHOUT_CLOUD
  }
}
