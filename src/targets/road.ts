/** How a kind of target is reached. Only a mesh carries it, not what reads records (kind.ts). */
import type { Target } from '../core/endpoint.ts'
import type { Bindings } from './bindings.ts'
import type { Cloud } from './cloud.ts'
import type { Means, Sent } from './sent.ts'
import type { Topics } from './topic/topics.ts'

/** What there is to be reached with. */
export interface Here {
  readonly bindings: Bindings
  readonly hasCloud: boolean
  /** Can it publish to topics? */
  readonly hasTopics: boolean
}

export interface Ways extends Means {
  /** What reaches other clouds, where the mesh has it. */
  readonly cloud: Cloud | undefined
  /** What publishes to topics, likewise. */
  readonly topics: Topics | undefined
}

export interface Road<Of extends Target> {
  /** Why nothing can be sent there from here; `undefined` where it can. */
  blockedBecause(target: Of, here: Here): string | undefined
  send(ways: Ways, request: Request, sent: Sent, target: Of): Promise<Response>
}
