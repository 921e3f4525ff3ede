/** Doors: ports of a Service, listeners of a Gateway. A name of the registry has no ports, so all of its routes must be attached to the same. */
import type { Path } from './manifest.ts'

export interface Door {
  /** Kind, namespace and name of whom it is of. */
  readonly parent: string
  /** `undefined` means any. */
  readonly sectionName: unknown
  readonly port: unknown
  /** Where it was written. */
  readonly path: Path
}

/** The doors in both lists; an empty list stands for any door. `undefined` where there is none in both. */
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

/** As a reader would write it: `https and port 443 of Gateway shop/public`. */
export function told({ parent, sectionName, port }: Door): string {
  const parts = [sectionName, port === undefined ? undefined : `port ${port}`].filter((part) => part !== undefined)
  return parts.length > 0 ? `${parts.join(' and ')} of ${parent}` : parent
}

function agree(one: unknown, other: unknown): boolean {
  return one === undefined || other === undefined || one === other
}
