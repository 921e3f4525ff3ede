/** Where a request came in, as the platform says it in `request.cf`. */
import type { Place } from '../core/locality.ts'

/** The place of a caller; `undefined` where the platform says none, as on a machine of one's own. */
export function readPlace(request: Request): Place | undefined {
  const { cf } = request as { readonly cf?: Readonly<Record<keyof Place, unknown>> }
  return cf ? { colo: text(cf.colo), continent: text(cf.continent) } : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
