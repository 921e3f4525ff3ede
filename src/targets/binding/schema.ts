/** A service binding of this Worker. */
import * as v from 'valibot'
import { must, object } from '../../schema/kit.ts'
import { bindingName, platformName } from '../fields.ts'
import type { Kind } from '../kind.ts'

export interface WrittenBinding {
  binding: string
  worker?: string | undefined
  version?: string | undefined
}

/** A service binding, by the name it has in `env`. */
export interface BindingTarget {
  readonly kind: 'binding'
  readonly binding: string
  /** The version of the Worker at the other end, where one is pinned. */
  readonly version?: { readonly worker: string; readonly id: string } | undefined
}

export const binding: Kind<WrittenBinding, BindingTarget> = {
  form: (placing) =>
    v.pipe(
      object({
        binding: bindingName('a service binding'),
        worker: v.optional(platformName('the name of a Worker')),
        version: v.optional(platformName('the id of a Worker version')),
        ...placing,
      }),
      must(({ worker, version }) => !worker || !!version, '"version" where there is "worker"'),
    ),
  targetOf({ binding, worker, version: id }) {
    if (id === undefined) return { kind: 'binding', binding }
    // Bindings are usually called after their Worker: USER_STORE is user-store.
    return { kind: 'binding', binding, version: { worker: worker ?? binding.toLowerCase().replaceAll('_', '-'), id } }
  },
  nameOf: ({ binding, version }) => (version ? `${binding}@${version.id}` : binding),
  section: 'services',
}
