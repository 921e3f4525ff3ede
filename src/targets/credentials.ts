/** Credentials, as an operator writes them: what an address wants shown. Never a secret, only its name. */
import * as v from 'valibot'
import type { Credentials } from '../core/endpoint.ts'
import { either, object, oneOf, text } from '../schema/kit.ts'

const TYPE_FORM = '"aws-sigv4", "google-id-token", "bearer" or "header"'

/** What a binding, variable or secret of a Worker may be called. */
export const BINDING_NAME = /^[A-Za-z_$][\w$]{0,127}$/

/** The name of a Worker secret, or the prefix of several. */
export const secret = () => text(BINDING_NAME, 'the name of a Worker secret')
/** An AWS region, such as `eu-west-1`. */
export const region = () => text(/^[a-z]{2}(-[a-z]{1,16}){1,3}-\d{1,2}$/, 'an AWS region')

export type WrittenCredentials =
  | { type: 'aws-sigv4'; service: string; region: string; secret: string }
  | { type: 'google-id-token'; audience?: string | undefined; secret: string }
  | { type: 'bearer'; secret: string }
  | { type: 'header'; header: string; secret: string }

export function credentials() {
  const forms: Record<string, v.GenericSchema<WrittenCredentials>> = {
    'aws-sigv4': object({
      type: oneOf('aws-sigv4'),
      service: text(/^[a-z0-9-]{1,64}$/, 'the name of an AWS service, such as "lambda"'),
      region: region(),
      secret: secret(),
    }),
    'google-id-token': object({
      type: oneOf('google-id-token'),
      audience: v.optional(text(/^\S{1,2048}$/, 'an audience')),
      secret: secret(),
    }),
    bearer: object({ type: oneOf('bearer'), secret: secret() }),
    header: object({
      type: oneOf('header'),
      header: text(FREE_HEADER, 'a header of the application'),
      secret: secret(),
    }),
  }
  const known = (type: string) => Object.hasOwn(forms, type)
  const unknown = v.looseObject({ type: text(known, TYPE_FORM) }, `Expected credentials of type ${TYPE_FORM}`)
  return either<WrittenCredentials>(Object.values(forms), (value) => {
    const { type } = (value ?? {}) as { type?: unknown }
    const form = typeof type === 'string' && known(type) ? forms[type] : undefined
    return form ?? (unknown as unknown as v.GenericSchema<WrittenCredentials>)
  })
}

/** A header that the mesh and the connection leave alone. */
const FREE_HEADER =
  /^(?!(?:selvedge-.*|host|connection|content-length|transfer-encoding|upgrade|te|trailer)$)[!#$%&'*+.^_`|~0-9A-Z-]{1,128}$/i

/** Credentials as the mesh knows them. An id token is for the address itself, where no audience is written. */
export function credentialsOf(written: WrittenCredentials, url: string): Credentials {
  switch (written.type) {
    case 'google-id-token':
      return { ...written, audience: written.audience ?? new URL(url).origin }
    case 'bearer':
      return { type: 'header', header: 'authorization', scheme: 'Bearer', secret: written.secret }
    case 'header':
      return { type: 'header', header: written.header.toLowerCase(), scheme: undefined, secret: written.secret }
    default:
      return written
  }
}
