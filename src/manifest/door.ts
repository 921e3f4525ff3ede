/** A door is a port of a Service or a listener of a Gateway. A registry name has no ports, so all of its routes must share one door. */
import type { Path } from './manifest.ts'

export interface Door {
  /** Kind, namespace and name of the Service or Gateway. */
  readonly parent: string
  /** `undefined`: any. */
  readonly sectionName: unknown
  readonly port: unknown
  /** Where it was written. */
  readonly path: Path
}

/** The doors that both lists have. An empty list means any door. `undefined` where they share none. */
export function inCommon(some: readonly Door[], others: readonly Door[]): readonly Door[] | undefined {
  if (some.length === 0) return others
  if (others.length === 0) return some
  const common = new Map<string, Door>()
  for (const one of some) {
    for (const other of others) {
      if (one.parent !== other.parent || !agree(one.sectionName, other.sectionName) || !agree(one.port, other.port))
        continue
      const door = { ...other, sectionName: one.sectionName ?? other.sectionName, port: one.port ?? other.port }
      common.set(JSON.stringify([door.parent, door.sectionName, door.port]), door)
    }
  }
  return common.size > 0 ? [...common.values()] : undefined
}

/** A door in words: `https and port 443 of Gateway shop/public`. */
export function told({ parent, sectionName, port }: Door): string {
  const parts = [sectionName, port === undefined ? undefined : `port ${port}`].filter((part) => part !== undefined)
  return parts.length > 0 ? `${parts.join(' and ')} of ${parent}` : parent
}

function agree(one: unknown, other: unknown): boolean {
  return one === undefined || other === undefined || one === other
}
