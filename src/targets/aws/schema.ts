/** An AWS Lambda function, as an operator writes it. */
import * as v from 'valibot'
import type { LambdaTarget } from '../../core/endpoint.ts'
import { isPrivate } from '../../schema/address.ts'
import { must, object, text } from '../../schema/kit.ts'
import { region, secret } from '../credentials.ts'

/** A name, or a whole or partial ARN; each may end in a version or an alias (Lambda's `FunctionName`). */
const FUNCTION = /^(?:(?:arn:aws[a-z-]*:lambda:([a-z0-9-]+):)?\d{1,12}:function:)?[\w-]{1,64}(:[\w$-]{1,128})?$/
const QUALIFIER = /^(\$LATEST|[\w-]{1,128})$/
const INVOCATIONS = ['request', 'stream', 'event'] as const

export interface WrittenLambda {
  function: string
  region?: string | undefined
  secret: string
  qualifier?: string | undefined
  invocation?: LambdaTarget['invocation'] | undefined
  endpointUrl?: string | undefined
}

/** @param url the form of an address. */
export function lambda(url: v.GenericSchema<string>) {
  return v.pipe(
    object({
      function: text(FUNCTION, 'the name or ARN of a Lambda function'),
      region: v.optional(region()),
      secret: secret(),
      qualifier: v.optional(text(QUALIFIER, 'a version or an alias')),
      invocation: v.optional(v.picklist(INVOCATIONS, 'Expected "request", "stream" or "event"')),
      endpointUrl: v.optional(v.pipe(url, must(isPrivate, 'https://, or an address of this machine'))),
    }) as v.GenericSchema<WrittenLambda>,
    must((written) => regionsOf(written).length === 1, 'one region, in "region" or in the ARN, or the same in both'),
    must((written) => qualifiersOf(written).length < 2, 'one qualifier, in "qualifier" or in "function"'),
  )
}

/** A function as the mesh knows it. */
export function lambdaTarget(written: WrittenLambda): LambdaTarget {
  const [region = ''] = regionsOf(written)
  const { function: name, secret, qualifier, invocation = 'request', endpointUrl } = written
  return { kind: 'lambda', function: name, region, secret, qualifier, invocation, endpointUrl: trimmed(endpointUrl) }
}

function regionsOf({ function: name, region }: WrittenLambda): string[] {
  return [...new Set([FUNCTION.exec(name)?.[1], region])].filter((one) => one !== undefined)
}

function qualifiersOf({ function: name, qualifier }: WrittenLambda): string[] {
  return [FUNCTION.exec(name)?.[2], qualifier].filter((one) => one !== undefined)
}

/** An address without closing slashes: paths begin with one. */
function trimmed(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, '')
}
