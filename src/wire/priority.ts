/** The priority of a call in its header, both ways. */
import type { Priority } from '../core/priority.ts'
import { type HeaderSource, PRIORITY } from './headers.ts'

/** The priority that is said, `undefined` where none is or what is said is nonsense. */
export function readPriority(headers: HeaderSource): Priority | undefined {
  const said = headers.get(PRIORITY)?.toLowerCase()
  return said === 'critical' || said === 'default' || said === 'sheddable' ? said : undefined
}

/** Tells the next hop, which takes silence for `default`. */
export function writePriority(priority: Priority, headers: Headers): void {
  if (priority !== 'default') headers.set(PRIORITY, priority)
}
