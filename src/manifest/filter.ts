/** Filters of the Gateway API that no record has. */

/** Why, in a sentence; `undefined` of all others. */
export function whyNot(type: unknown): string | undefined {
  if (type === 'ExtensionRef') return '"ExtensionRef" is not supported: what it names stands in the cluster.'
  if (type !== 'ExternalAuth') return undefined
  return '"ExternalAuth" is not supported: no other service is asked whether a request may pass.'
}
