/** What a type of credentials says of itself to whoever reads records. A record never holds a secret, only its name. */
import type * as v from 'valibot'

export interface CredentialType<Written extends { type: string }, Of extends { readonly type: string }> {
  /** What it says beside its type. */
  fields(): { readonly [Field in Exclude<keyof Written, 'type'>]-?: v.GenericSchema<Written[Field]> }
  /** @param url the address that they are shown to. */
  credentialsOf(written: Written, url: string): Of
  /** The names of the secrets without which there are none. */
  secretsOf(credentials: Of): readonly string[]
  /** Does what asks for them go to sleep when nobody calls? */
  sleeps(credentials: Of): boolean
}
