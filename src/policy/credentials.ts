/** Credentials, as an operator writes them: what an address wants shown. Never a secret, only its name. */
import * as v from 'valibot'
import type { Credentials } from '../core/endpoint.ts'
import { object, text } from './schema.ts'

const TYPE_FORM = '"aws-sigv4", "google-id-token", "bearer" or "header"'

/** What a binding, variable or secret of a Worker may be called. */
export const isBindingName = (name: string) => /^[A-Za-z_$][\w$]{0,127}$/.test(name)

/** The name of a Worker secret, or the prefix of several. */
export const secret = () => text(isBindingName, 'the name of a Worker secret')
/** An AWS region, such as `eu-west-1`. */
export const region = () => text((name) => /^[a-z]{2}(-[a-z]{1,16}){1,3}-\d{1,2}$/.test(name), 'an AWS region')

export type WrittenCredentials =
  | { type: 'aws-sigv4'; service: string; region: string; secret: string }
  | { type: 'google-id-token'; audience?: string | undefined; secret: string }
  | { type: 'bearer'; secret: string }
  | { type: 'header'; header: string; secret: string }

export function credentials() {
  const forms: Record<string, v.GenericSchema> = {
    'aws-sigv4': object({
      type: v.string(),
      service: text((name) => /^[a-z0-9-]{1,64}$/.test(name), 'the name of an AWS service, such as "lambda"'),
      region: region(),
      secret: secret(),
    }),
    'google-id-token': object({
      type: v.string(),
      audience: v.optional(text((name) => /^\S{1,2048}$/.test(name), 'an audience')),
      secret: secret(),
    }),
    bearer: object({ type: v.string(), secret: secret() }),
    header: object({ type: v.string(), header: text(isFreeHeader, 'a header of the application'), secret: secret() }),
  }
  const known = (type: string) => Object.hasOwn(forms, type)
  const unknown = v.looseObject({ type: text(known, TYPE_FORM) }, `Expected credentials of type ${TYPE_FORM}`)
  return v.lazy((value) => {
    const { type } = (value ?? {}) as { type?: unknown }
    return (typeof type === 'string' && known(type) && forms[type]) || unknown
  }) as v.GenericSchema<WrittenCredentials>
}

/** Is this a header that the mesh and the connection leave alone? */
function isFreeHeader(name: string): boolean {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) return false
  return !/^(selvedge-.*|host|connection|content-length|transfer-encoding|upgrade|te|trailer)$/i.test(name)
}

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
