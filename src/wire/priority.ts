/** The priority of a call in its header, both ways. */
import type { Priority } from '../core/priority.ts'
import { type HeaderSource, PRIORITY } from './headers.ts'

/** The priority that is said, `undefined` where none is. Of several the least counts, and what cannot be read is the least. */
export function readPriority(headers: HeaderSource): Priority | undefined {
  const said = headers
    .get(PRIORITY)
    ?.toLowerCase()
    .split(',')
    .map((one) => one.trim())
  if (!said) return undefined
  if (said.every((one) => one === 'critical')) return 'critical'
  return said.every((one) => one === 'critical' || one === 'default') ? 'default' : 'sheddable'
}

/** Tells the next hop, which takes silence for `default`. */
export function writePriority(priority: Priority, headers: Headers): void {
  if (priority !== 'default') headers.set(PRIORITY, priority)
}
