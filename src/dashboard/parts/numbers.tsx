/** Where the numbers come from: the stats object, which an installation may do without. */
import type { ComponentChildren } from 'preact'
import { AdminError } from '../../admin/client.ts'
import type { Pulse } from '../live/pulse.ts'

/** `null`: nobody counts in this installation. */
export type Counted<Of> = Of | null

/** An API without numbers is no fault: the page says so, and goes on without. */
export async function counted<Of>(asked: Promise<Of>): Promise<Counted<Of>> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof AdminError && error.status === 404) return null
    throw error
  }
}

export function NoNumbers({ of }: { readonly of: Pulse<Counted<unknown>> }) {
  if (of.value !== null) return null
  return (
    <p class="notice empty">
      <strong>No numbers: STATS_OBJECT is not bound.</strong>
      <span>Records and decisions are shown all the same. Bind the object in both Workers to see calls.</span>
    </p>
  )
}

/** The head of a column of numbers. */
export function NumberHead({ children }: { readonly children: ComponentChildren }) {
  return (
    <th scope="col" class="number">
      {children}
    </th>
  )
}
