/** Grants for the names that are waited for: minted by the control plane, and again before they expire. */
import type { AdminClient } from '../../admin/client.ts'
import type { Clock } from '../../core/time/clock.ts'

/** Names of one grant, as in src/wire/grant.ts. */
const NAMES = 32
/** A grant holds for five minutes; a new one is asked for after four. */
const RENEW_MS = 240_000

interface Held {
  readonly grant: Promise<string>
  readonly at: number
}

export function grants(
  client: Pick<AdminClient, 'grant'>,
  names: readonly string[],
  clock: Clock,
): (name: string) => Promise<string> {
  const held = new Map<number, Held>()
  const groupOf = new Map(names.map((name, index) => [name, Math.floor(index / NAMES)]))
  return (name) => {
    const group = groupOf.get(name) ?? 0
    const before = held.get(group)
    if (before && clock.now() - before.at < RENEW_MS) return before.grant
    const grant = client.grant(names.slice(group * NAMES, (group + 1) * NAMES)).then(({ grant }) => grant)
    held.set(group, { grant, at: clock.now() })
    return grant
  }
}
