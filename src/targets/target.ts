/** What an operator wrote of a place, as the mesh knows it. */
import type { Target } from '../core/endpoint.ts'
import { lambdaTarget } from './aws/schema.ts'
import { credentialsOf } from './credentials.ts'
import { objectKeyOf } from './object/key.ts'
import type { WrittenEndpoint, WrittenUrl } from './schema.ts'

/** Where an endpoint is. */
export function targetOf(written: WrittenEndpoint): Target {
  if (typeof written === 'string') return addressOf({ url: written })
  if ('url' in written) return addressOf(written)
  if ('dispatch' in written) return { kind: 'dispatch', ...written.dispatch }
  if ('object' in written) {
    return { kind: 'object', binding: written.object.binding, key: objectKeyOf(written.object.key) }
  }
  if ('lambda' in written) return lambdaTarget(written.lambda)
  if ('queue' in written) {
    const { binding, keep } = written.queue
    return { kind: 'queue', binding, ...(keep && { keep: keep.map((name) => name.toLowerCase()) }) }
  }
  const { binding, version: id } = written
  if (id === undefined) return { kind: 'binding', binding }
  // Bindings are usually called after their Worker: USER_STORE is user-store.
  return { kind: 'binding', binding, version: { worker: written.worker ?? wordsOf(binding), id } }
}

function addressOf({ url: written, credentials }: WrittenUrl): Target {
  const url = written.replace(/\/+$/, '')
  return credentials ? { kind: 'url', url, credentials: credentialsOf(credentials, url) } : { kind: 'url', url }
}

/** An address without a closing slash, or kind and name: the same after an edit that leaves the place as it was. */
export function idOf(target: Target): string {
  return target.kind === 'url' ? target.url : `${target.kind}:${nameOf(target)}`
}

function nameOf(target: Exclude<Target, { kind: 'url' }>): string {
  switch (target.kind) {
    case 'binding':
      return target.version ? `${target.binding}@${target.version.id}` : target.binding
    case 'dispatch':
      return `${target.binding}/${target.script}`
    case 'object': {
      const { key } = target
      return `${target.binding}/${key.from}:${key.from === 'path' ? key.segment : key.name}`
    }
    case 'lambda':
      return target.qualifier === undefined ? target.function : `${target.function}:${target.qualifier}`
    case 'queue':
      return target.binding
  }
}

function wordsOf(binding: string): string {
  return binding.toLowerCase().replaceAll('_', '-')
}
