/** What a service answers to the verbs of events: JSON, where it keeps to what is agreed. */

/** Characters of an answer that are shown. */
const SHOWN = 500

/** The fields of an answer. Empty where it is no JSON object. */
export function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** What a problem says, or the answer as it is. */
export function detailOf(text: string): string {
  const { detail } = fieldsIn(text)
  return typeof detail === 'string' ? detail : text.slice(0, SHOWN)
}
