/** Credentials of Google: an id token, made with the key file of a service account. */
import * as v from 'valibot'
import { text } from '../../schema/kit.ts'
import type { CredentialType } from '../credential.ts'
import { secret } from '../fields.ts'

export interface WrittenIdToken {
  type: 'google-id-token'
  audience?: string | undefined
  secret: string
}

export interface IdTokenCredentials {
  readonly type: 'google-id-token'
  readonly audience: string
  readonly secret: string
}

export const idToken: CredentialType<WrittenIdToken, IdTokenCredentials> = {
  fields: () => ({ audience: v.optional(text(/^\S{1,2048}$/, 'an audience')), secret: secret() }),
  // It is for the address itself, where nothing else is written.
  credentialsOf: (written, url) => ({ ...written, audience: written.audience ?? new URL(url).origin }),
  secretsOf: ({ secret }) => [secret],
  // Cloud Run and Cloud Functions.
  sleeps: () => true,
}
