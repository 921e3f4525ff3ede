/** Keys of the registry, as people write them: with `services/` or without. */
import { isServiceName } from '../../core/endpoint.ts'

const PREFIX = 'services/'

export function nameOf(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
}

/** Can a record under this name be called? A wildcard stands for a name in front; a tag is a label behind. */
export function isCallable(name: string): boolean {
  return isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))
}

/** Why nobody who calls a name gets to its record: it ends in the mesh's own domain, which is taken off. */
export function uncalled(name: string, domain: string): string | undefined {
  if (!name.endsWith(`.${domain}`)) return undefined
  const short = name.slice(0, -domain.length - 1)
  return `is looked up as "${short}" where it is called: the mesh takes its own domain off a name. Rules and aliases reach it.`
}
