/** loop: refuses a request that has made too many hops. */

import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'

interface LoopNeeds {
  /** Hops that the request has made. */
  readonly hops: number
}

/** @param maxHops the most hops, 1 to 32 (the platform's own limit). */
export const loop = (maxHops: number) =>
  observer<LoopNeeds>('loop', {
    enter(_request, { hops }) {
      if (hops < maxHops) return
      throw new MeshError('loop_detected', `The request has made ${hops} hops, and ${maxHops} are allowed.`)
    },
  })
