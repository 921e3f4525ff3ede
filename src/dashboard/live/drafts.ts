/** Records that are being written and are not saved: leaving the page of one loses nothing, as long as the dashboard is open. */
import { signal } from '@preact/signals'
import type { RevisionView } from '../../admin/client.ts'

export interface Draft {
  readonly text: string
  /** What one started from; `null`: there was no record. */
  readonly base: Pick<RevisionView, 'record' | 'revision'> | null
}

/** By name. */
export const drafts = signal<Readonly<Record<string, Draft>>>({})

export function keep(name: string, draft: Draft): void {
  drafts.value = { ...drafts.value, [name]: draft }
}

export function drop(name: string): void {
  const { [name]: _, ...others } = drafts.value
  drafts.value = others
}
