/** meter: counts subrequests and open connections, and refuses a call before the platform would throw. */
import type { Traits } from '../../core/endpoint.ts'
import { observer } from '../../core/engine/stack.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'

interface MeterNeeds {
  readonly subrequests: Subrequests
  readonly endpoint: { readonly traits: Pick<Traits, 'isRemote'> }
}

interface MeterGives {
  /** To be called when the connection of the attempt is free again. */
  readonly disconnect: () => void
}

/** Beneath admission: a refused call costs nothing. Above the timeout of an attempt, so that a timeout frees the connection. */
export const meter = observer<MeterNeeds, MeterGives>('meter', {
  enter(_request, context) {
    const { subrequests, endpoint } = context
    if (!subrequests.take(1)) {
      const used = 'The subrequests that the mesh may make for one request are used up.'
      throw new MeshError('limit_subrequests', used)
    }
    // What stays inside the platform opens no connection.
    if (endpoint.traits.isRemote) context.disconnect = subrequests.connect()
  },
  answered(response, { disconnect }) {
    disconnect?.()
    return response
  },
  failed(_error, { disconnect }) {
    disconnect?.()
    return undefined
  },
})
