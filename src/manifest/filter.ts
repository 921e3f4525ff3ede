/** Gateway API filters that a record cannot express. */

/** The reason, in a sentence. `undefined` for all other filters. */
export function whyNot(type: unknown): string | undefined {
  if (type === 'ExtensionRef') return '"ExtensionRef" is not supported: what it names stands in the cluster.'
  if (type !== 'ExternalAuth') return undefined
  return '"ExternalAuth" is not supported: no other service is asked whether a request may pass.'
}
