/** Who gets copies of requests, and of how many: HTTPRequestMirrorFilter of the Gateway API. */
import * as v from 'valibot'
import { type BackendRef, backendRef } from '../../schema/backend-ref.ts'
import { must, object, whole } from '../../schema/kit.ts'

export interface Mirror {
  backendRef: BackendRef
  /** How many of a hundred. Default: all. */
  percent?: number | undefined
  fraction?: Fraction | undefined
}

interface Fraction {
  numerator: number
  /** Default 100. */
  denominator?: number | undefined
}

export function mirror(): v.GenericSchema<Mirror> {
  const count = (least: number) => whole(least, 2 ** 31 - 1, `a whole number from ${least}`)
  const fraction = v.pipe(
    object({
      numerator: count(0),
      denominator: v.optional(count(1)),
    }),
    must(
      ({ numerator, denominator = 100 }: Fraction) => numerator <= denominator,
      'a numerator no greater than the denominator',
    ),
  )
  return v.pipe(
    object({
      backendRef: backendRef(),
      percent: v.optional(whole(0, 100)),
      fraction: v.optional(fraction),
    }),
    must(({ percent, fraction }: Mirror) => percent === undefined || !fraction, 'either "percent" or "fraction"'),
  )
}
