/** Credentials that are a secret as it is, in a header. */
import { text } from '../../schema/kit.ts'
import type { CredentialType } from '../credential.ts'
import { secret } from '../fields.ts'

export interface WrittenBearer {
  type: 'bearer'
  secret: string
}

export interface WrittenHeader {
  type: 'header'
  header: string
  secret: string
}

export interface HeaderCredentials {
  readonly type: 'header'
  readonly header: string
  /** What stands before the secret, with a space between. */
  readonly scheme: string | undefined
  readonly secret: string
}

/** A header that the mesh and the connection leave alone. */
const FREE_HEADER =
  /^(?!(?:selvedge-.*|host|connection|content-length|transfer-encoding|upgrade|te|trailer)$)[!#$%&'*+.^_`|~0-9A-Z-]{1,128}$/i

export const header: CredentialType<WrittenHeader, HeaderCredentials> = {
  fields: () => ({ header: text(FREE_HEADER, 'a header of the application'), secret: secret() }),
  credentialsOf: ({ type, header, secret }) => ({ type, header: header.toLowerCase(), scheme: undefined, secret }),
  secretsOf: ({ secret }) => [secret],
  sleeps: () => false,
}

/** Another way to write a header: the mesh knows no such credentials. */
export const bearer: CredentialType<WrittenBearer, HeaderCredentials> = {
  ...header,
  fields: () => ({ secret: secret() }),
  credentialsOf: ({ secret }) => ({ type: 'header', header: 'authorization', scheme: 'Bearer', secret }),
}
