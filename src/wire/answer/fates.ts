/** The mesh's own headers of answers: their names, and what becomes of each that an endpoint's answer brings. */
import { PREFIX } from '../headers.ts'

export const ERROR = 'selvedge-error'
export const RETRYABLE = 'selvedge-retryable'
export const RETRIES_USED = 'selvedge-retries-used'
export const RECEIPT = 'selvedge-receipt'

/**
 * `kept`: it travels on to the caller. `settled`: this hop reads it, and tells its own caller anew. `stopped`: it is taken
 * off.
 */
export type Fate = 'kept' | 'settled' | 'stopped'

/** What is not listed is stopped. To the caller it would look like a word of this mesh. */
export const FATES: ReadonlyMap<string, Fate> = new Map([
  // The caller learns that a mesh answered, not the service. Strangers read it in other words (`features/rescue`).
  [ERROR, 'kept'],
  // The endpoint's own word on a retry. A hop above may have retries left; `features/settle` may overrule it.
  [RETRYABLE, 'kept'],
  // What was used beneath this hop. Its caller hears the sum, where it granted retries (`features/settle`).
  [RETRIES_USED, 'settled'],
])

export function fateOf(name: string): Fate {
  return name.startsWith(PREFIX) ? (FATES.get(name) ?? 'stopped') : 'kept'
}
