/** The priority of a call, in its header. */
import type { Priority } from '../core/priority.ts'
import { type HeaderSource, PRIORITY } from './headers.ts'

/** `undefined` where there is no header. Of several values the lowest counts; one that cannot be read is the lowest. */
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

/** Nothing is written for `default`: the next hop assumes it. */
export function writePriority(priority: Priority, headers: Headers): void {
  if (priority !== 'default') headers.set(PRIORITY, priority)
}
