/** The types of credentials that there are: what an address wants shown. */
import * as v from 'valibot'
import { either, formsOf } from '../schema/kit.ts'
import { sigv4 } from './aws/credentials.ts'
import type { CredentialType } from './credential.ts'
import { listed } from './fields.ts'
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
  const names = Object.keys(TYPES)
  const isKnown = (type: unknown): type is keyof Types => typeof type === 'string' && names.includes(type)
  const { named, all } = formsOf<WrittenCredentials>(names, (type) => typeOf(type as keyof Types).form())
  const form = listed(names.map((name) => `"${name}"`))
  const unknown = v.looseObject({ type: v.picklist(names, `Expected ${form}`) }, `Expected credentials of type ${form}`)
  return either<WrittenCredentials>(all, (value) => {
    const { type } = (value ?? {}) as { type?: unknown }
    return isKnown(type) ? named(type) : (unknown as unknown as v.GenericSchema<WrittenCredentials>)
  })
}
