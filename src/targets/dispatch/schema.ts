/** A Worker in a dispatch namespace (Workers for Platforms). */
import * as v from 'valibot'
import { between, object } from '../../schema/kit.ts'
import { bindingName, platformName } from '../fields.ts'
import type { Kind } from '../kind.ts'

export interface WrittenDispatch {
  dispatch: {
    binding: string
    script: string
    limits?: { cpuMs?: number | undefined; subRequests?: number | undefined } | undefined
  }
}

export interface DispatchTarget {
  readonly kind: 'dispatch'
  readonly binding: string
  readonly script: string
  /** What one invocation of it may use, as the platform enforces it. */
  readonly limits?: { readonly cpuMs?: number | undefined; readonly subRequests?: number | undefined } | undefined
}

export const dispatch: Kind<WrittenDispatch, DispatchTarget> = {
  form(placing) {
    const whole = () => v.optional(between(1, 1_000_000, 'a whole number from 1', Number.isInteger))
    return object({
      dispatch: object({
        binding: bindingName('a dispatch namespace'),
        script: platformName('the name of a Worker'),
        limits: v.optional(object({ cpuMs: whole(), subRequests: whole() })),
      }),
      ...placing,
    })
  },
  targetOf: ({ dispatch }) => ({ kind: 'dispatch', ...dispatch }),
  nameOf: ({ binding, script }) => `${binding}/${script}`,
  section: 'dispatch_namespaces',
}
