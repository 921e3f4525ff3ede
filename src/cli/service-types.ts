/** The names of a registry as TypeScript, so that a call of a name that is not there does not compile. */

import { isCallable } from '../record/check/key.ts'

/**
 * A module that exports the union `ServiceName`. Left out are names that nobody can call, and
 * those with a tag, which an override reaches, and not a call.
 *
 * @param from where the names were read, for the first line.
 */
export function serviceTypes(names: readonly string[], from: string): string {
  const called = [...new Set(names)].filter((name) => isCallable(name) && !name.includes('@')).sort()
  const members = called.length === 0 ? ' never' : called.map((name) => `\n  | ${memberOf(name)}`).join('')
  return `/** Names that can be called: \`selvedge types\` wrote them, of ${from.replaceAll('*/', '* /')}. Do not edit. */
export type ServiceName =${members}
`
}

/** A wildcard is any text in front of its dot. */
function memberOf(name: string): string {
  return name.startsWith('*.') ? `\`\${string}${name.slice(1)}\`` : `'${name}'`
}
