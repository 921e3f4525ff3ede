/** Credentials of AWS: a signature (Signature Version 4), made with the keys whose secrets have one prefix. */
import { text } from '../../schema/kit.ts'
import type { CredentialType } from '../credential.ts'
import { secret } from '../fields.ts'

export interface SigV4Credentials {
  readonly type: 'aws-sigv4'
  readonly service: string
  readonly region: string
  /** The prefix of the secrets. */
  readonly secret: string
}

export const sigv4: CredentialType<SigV4Credentials, SigV4Credentials> = {
  fields: () => ({
    service: text(/^[a-z0-9-]{1,64}$/, 'the name of an AWS service, such as "lambda"'),
    region: region(),
    secret: secret(),
  }),
  credentialsOf: (written) => written,
  secretsOf: ({ secret }) => keysOf(secret),
  // A function URL.
  sleeps: ({ service }) => service === 'lambda',
}

/** An AWS region, such as `eu-west-1`. */
export const region = () => text(/^[a-z]{2}(-[a-z]{1,16}){1,3}-\d{1,2}$/, 'an AWS region')

/** Both keys of a prefix. The session token is not among them: it may be absent. */
export function keysOf(prefix: string): string[] {
  return [`${prefix}_ACCESS_KEY_ID`, `${prefix}_SECRET_ACCESS_KEY`]
}

/** A signature for another region than the function's is refused there with a word that says little. */
export function isRegionOf(url: string, region: string): boolean {
  const [, named] = /\.lambda-url\.([a-z0-9-]+)\.on\.aws(?=[/:]|$)/i.exec(url) ?? []
  return named === undefined || region === named.toLowerCase()
}
