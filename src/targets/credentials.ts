/** The types of credentials that there are: what an address wants shown. */
import type * as v from 'valibot'
import { byType } from '../schema/kit.ts'
import { sigv4 } from './aws/credentials.ts'
import type { CredentialType } from './credential.ts'
import { idToken } from './google/credentials.ts'
import { bearer, header } from './url/credentials.ts'

/** By the word in `type`, in the order in which an operator is told of them. */
const TYPES = { 'aws-sigv4': sigv4, 'google-id-token': idToken, bearer, header }

type Types = typeof TYPES
type Type = Types[keyof Types]
export type WrittenCredentials = Parameters<Type['credentialsOf']>[0]
/** As the mesh knows them. */
export type Credentials = ReturnType<Type['credentialsOf']>

/** What credentials of a type say of themselves. */
export function typeOf(type: keyof Types): CredentialType<WrittenCredentials, Credentials> {
  return TYPES[type]
}

export function credentials() {
  const fields = Object.entries(TYPES).map(([type, { fields }]) => [type, fields()])
  return byType(Object.fromEntries(fields)) as v.GenericSchema<WrittenCredentials>
}
