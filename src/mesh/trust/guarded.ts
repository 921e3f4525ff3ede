/** The guards of a call: they ask the records on its way whether its caller may do this. */
import type { MeshError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { plainPath } from '../../core/text/path.ts'
import { admit } from '../../features/access/admit.ts'
import { authorize } from '../../features/access/filter.ts'
import { type Asked, asked } from '../../features/route/asked.ts'
import { type Guards, isUnsaid, type Led } from './trust.ts'

/** @param realm the trust domain, where the mesh has one. */
export function guards(log: Log, realm?: string): Guards {
  return {
    called: authorize(
      'authorize',
      ({ passedBy = [], service }: Led) => [...passedBy, service],
      (request, context) => context.asked ?? askedOf(request, context),
      log,
      realm,
    ),
    backend: authorize('authorizeBackend', ({ service }: Led) => [service], askedOf, log, realm),
    copy: (find) => async (name, context, copy) => {
      const service = await find(name, context)
      const led = context as typeof context & Led
      if (!service?.judge || isUnsaid(led)) return service
      try {
        admit(service, askedOf(copy, led), led, log)
        return service
      } catch (error) {
        log({ level: 'warn', event: 'copy_denied', key: service.recordKey, message: (error as MeshError).message })
        return undefined
      }
    },
  }
}

/** The request as it is now: a rule may have rewritten it. */
function askedOf(request: Request, { name, path }: Pick<Led, 'name' | 'path'>): Asked {
  return asked(request, plainPath(path), name)
}
