/** Where a request entered Cloudflare's network, from `request.cf`. */
import type { Place } from '../core/locality.ts'

/** `undefined` where the platform does not say, as on a developer's machine. */
export function readPlace(request: Request): Place | undefined {
  const { cf } = request as { readonly cf?: Readonly<Record<keyof Place, unknown>> }
  return cf ? { colo: text(cf.colo), continent: text(cf.continent) } : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
