/** What a part of a mesh works with: a part is code that a bundle has only where somebody gives it to `mesh.with`. */
import type { Service } from '../core/engine/service.ts'
import type { Named } from './call-context.ts'
import type { Settings } from './options.ts'
import type { Resolver } from './resolver.ts'
import type { Services } from './services.ts'

export interface Inside {
  readonly settings: Settings
  /** The outbound stack. */
  readonly call: Service<Named>
  /** The same over the same services, under other settings. */
  calling(settings: Settings): Service<Named>
  readonly known: Resolver
  /** What was learned of each service. */
  readonly services: Services
}

/** Makes something of a mesh, such as the consumer of its queues. */
export type Part<Of> = (inside: Inside) => Of
