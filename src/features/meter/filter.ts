/** Counts what is sent, so that a call is refused before the platform throws. */
import type { Traits } from '../../core/endpoint.ts'
import { observer } from '../../core/engine/observer.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'

interface Needs {
  readonly subrequests: Subrequests
  readonly endpoint: { readonly traits: Pick<Traits, 'isRemote'> }
}

interface Gives {
  /** Called when the connection that the attempt has opened is free again. */
  readonly disconnect: () => void
}

/** Beneath admission: what is refused costs nothing. Above the attempt's deadline, which gives its connection back. */
export const meter = observer<Needs, Gives>('meter', {
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
