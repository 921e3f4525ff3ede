/** An address. */
import * as v from 'valibot'
import type { Traits } from '../../core/endpoint.ts'
import { address, isPrivate } from '../../schema/address.ts'
import { must, object } from '../../schema/kit.ts'
import { isRegionOf } from '../aws/credentials.ts'
import { type Credentials, credentials, typeOf, type WrittenCredentials } from '../credentials.ts'
import type { Kind } from '../kind.ts'

const SAFE_FORM = 'https://, or an address of this machine, where credentials are shown'

export interface WrittenUrl {
  url: string
  credentials?: WrittenCredentials | undefined
}

export interface UrlTarget {
  readonly kind: 'url'
  /** Without a slash at its end. */
  readonly url: string
  /** What it wants shown. */
  readonly credentials?: Credentials | undefined
}

/** One value for all: a registry has many addresses. */
const AWAKE: Traits = { isRemote: true, hasOwnHost: true, sleeps: false }
const SLEEPER: Traits = { ...AWAKE, sleeps: true }

export const url: Kind<WrittenUrl, UrlTarget> = {
  form: (placing) =>
    v.pipe(
      object({ url: address(), credentials: v.optional(credentials()), ...placing }),
      must(({ url, credentials }) => !credentials || isPrivate(url), SAFE_FORM),
      must(
        ({ url, credentials }) => credentials?.type !== 'aws-sigv4' || isRegionOf(url, credentials.region),
        'the region that the function URL names',
      ),
    ),
  targetOf({ url: written, credentials }) {
    const url = written.replace(/\/+$/, '')
    if (!credentials) return { kind: 'url', url }
    return { kind: 'url', url, credentials: typeOf(credentials.type).credentialsOf(credentials, url) }
  },
  nameOf: ({ url }) => url,
  traitsOf: ({ credentials }) => (credentials && typeOf(credentials.type).sleeps(credentials) ? SLEEPER : AWAKE),
  secretsOf: ({ credentials }) => (credentials ? typeOf(credentials.type).secretsOf(credentials) : []),
}
