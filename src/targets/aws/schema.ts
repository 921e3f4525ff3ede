/** An AWS Lambda function, by its Invoke API. */
import * as v from 'valibot'
import { address, isPrivate } from '../../schema/address.ts'
import { must, object, text } from '../../schema/kit.ts'
import { secret } from '../fields.ts'
import type { Kind } from '../kind.ts'
import { keysOf, region } from './credentials.ts'

/** A name, or a whole or partial ARN; each may end in a version or an alias (Lambda's `FunctionName`). */
const FUNCTION = /^(?:(?:arn:aws[a-z-]*:lambda:([a-z0-9-]+):)?\d{1,12}:function:)?[\w-]{1,64}(:[\w$-]{1,128})?$/
const QUALIFIER = /^(\$LATEST|[\w-]{1,128})$/
const INVOCATIONS = ['request', 'stream', 'event'] as const

export interface WrittenFunction {
  function: string
  region?: string | undefined
  secret: string
  qualifier?: string | undefined
  invocation?: LambdaTarget['invocation'] | undefined
  endpointUrl?: string | undefined
}

export interface LambdaTarget {
  readonly kind: 'lambda'
  /** Its name or ARN. */
  readonly function: string
  readonly region: string
  /** The prefix of the secrets with which it is called. */
  readonly secret: string
  /** A version or an alias. */
  readonly qualifier: string | undefined
  /** `request` waits for the result, `stream` passes it on as it comes, `event` does not wait (202). */
  readonly invocation: (typeof INVOCATIONS)[number]
  /** Where the API stands, if it is not AWS's own: an emulator. */
  readonly endpointUrl: string | undefined
}

export const lambda: Kind<{ lambda: WrittenFunction }, LambdaTarget> = {
  form: (placing) =>
    object({
      lambda: v.pipe(
        object({
          function: text(FUNCTION, 'the name or ARN of a Lambda function'),
          region: v.optional(region()),
          secret: secret(),
          qualifier: v.optional(text(QUALIFIER, 'a version or an alias')),
          invocation: v.optional(v.picklist(INVOCATIONS, 'Expected "request", "stream" or "event"')),
          endpointUrl: v.optional(v.pipe(address(), must(isPrivate, 'https://, or an address of this machine'))),
        }) as v.GenericSchema<WrittenFunction>,
        must(
          (written) => regionsOf(written).length === 1,
          'one region, in "region" or in the ARN, or the same in both',
        ),
        must(
          (written) => !(written.qualifier && FUNCTION.exec(written.function)?.[2]),
          'one qualifier, in "qualifier" or in "function"',
        ),
      ),
      ...placing,
    }),
  targetOf({ lambda: written }) {
    const [region = ''] = regionsOf(written)
    const { function: name, secret, qualifier, invocation = 'request', endpointUrl: url } = written
    // Paths begin with a slash.
    const endpointUrl = url?.replace(/\/+$/, '')
    return { kind: 'lambda', function: name, region, secret, qualifier, invocation, endpointUrl }
  },
  nameOf: ({ function: name, qualifier }) => (qualifier === undefined ? name : `${name}:${qualifier}`),
  traitsOf({ invocation, endpointUrl }) {
    const isWaitedFor = invocation !== 'event'
    // By http it is of this machine. Any other is whose the record says: no member by nature, as Amazon's own is.
    const hasOwnHost = /^https:/i.test(endpointUrl ?? '')
    return { isRemote: true, hasOwnHost, sleeps: isWaitedFor, neverSettles: !isWaitedFor }
  },
  secretsOf: ({ secret }) => keysOf(secret),
}

/** The regions that it names. */
function regionsOf({ function: name, region }: WrittenFunction): string[] {
  return [...new Set([FUNCTION.exec(name)?.[1], region])].filter((one) => one !== undefined)
}
