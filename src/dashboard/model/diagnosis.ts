/** Where a failure begins, as far as the numbers tell: what fails and calls nobody that fails; and of one service what speaks for itself. */
import type { EdgeView, EndpointView, RevisionView } from '../../admin/client.ts'
import { healthOf } from './service-rows.ts'

/** Whose calls do not all end well. */
export function isFailing(success: number | null | undefined): boolean {
  const health = healthOf(success)
  return health === 'bad' || health === 'poor'
}

/**
 * Services that fail, and call no other one that does: by edges that fail themselves. Where they call one another in a circle, all
 * of the circle.
 *
 * @param failing names.
 */
export function beginnings(failing: readonly string[], edges: readonly EdgeView[]): readonly string[] {
  const known = new Set(failing)
  const blamed = new Set(
    edges
      .filter(({ caller, service, success }) => caller !== service && known.has(service) && isFailing(success))
      .map(({ caller }) => caller),
  )
  const found = failing.filter((name) => !blamed.has(name))
  return found.length > 0 ? found : failing
}

export type Finding =
  /** It calls a service that fails, too. */
  | { readonly kind: 'beneath'; readonly names: readonly string[] }
  /** Its record was changed, not long before. */
  | { readonly kind: 'changed'; readonly revision: RevisionView }
  /** Endpoints fail: all that were tried, or some. */
  | { readonly kind: 'endpoints'; readonly failing: readonly EndpointView[]; readonly isAll: boolean }

/** What was taken in as it stood is no change. */
function isOfSomebody({ origin }: RevisionView): boolean {
  return origin !== 'adopt' && origin !== 'restore'
}

/** A change that was made longer ago is no news. */
const NEWS_MS = 30 * 60_000

export interface Evidence {
  readonly name: string
  readonly edges: readonly EdgeView[]
  readonly endpoints: readonly EndpointView[]
  /** Newest first. */
  readonly revisions: readonly RevisionView[]
  readonly nowMs: number
}

/** What to look at, in the order in which it is worth to. */
export function findings({ name, edges, endpoints, revisions, nowMs }: Evidence): readonly Finding[] {
  const beneath = edges.filter(
    ({ caller, service, success }) => caller === name && service !== name && isFailing(success),
  )
  const newest = revisions.find(isOfSomebody)
  const tried = endpoints.filter(({ requests }) => requests > 0)
  const failing = tried.filter(({ success, ejected }) => isFailing(success) || ejected !== undefined)
  return [
    ...(beneath.length > 0 ? [{ kind: 'beneath', names: beneath.map(({ service }) => service) } as const] : []),
    ...(newest && nowMs - Date.parse(newest.at) < NEWS_MS ? [{ kind: 'changed', revision: newest } as const] : []),
    ...(failing.length > 0 ? [{ kind: 'endpoints', failing, isAll: failing.length === tried.length } as const] : []),
  ]
}
