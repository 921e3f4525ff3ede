/** Keys of the registry, as people write them: with `services/` or without. */
import { isServiceName } from '../core/endpoint.ts'

const PREFIX = 'services/'

export function nameOf(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
}

/** Can a record under this name be called? A wildcard stands for a name in front; a tag is a label behind. */
export function isCallable(name: string): boolean {
  return isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))
}
