/** Registry keys as people write them: with `services/` or without. */
import { isServiceName } from '../../core/endpoint.ts'

const PREFIX = 'services/'

export function nameOf(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
}

/** Can a record of this name be called? A wildcard is checked with a label in place of `*`, a tag as a last label. */
export function isCallable(name: string): boolean {
  return isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))
}

/** Why a call never reaches the record of this name: the name ends in the mesh's domain, which the mesh takes off. */
export function uncalled(name: string, domain: string): string | undefined {
  if (!name.endsWith(`.${domain}`)) return undefined
  const short = name.slice(0, -domain.length - 1)
  return `is looked up as "${short}" where it is called: the mesh takes its own domain off a name. Rules and aliases reach it.`
}
