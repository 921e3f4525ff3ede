/** Requests that keep coming while something else is done. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Called } from './shop.ts'

export interface Sent extends Called {
  /** When it was sent, on the clock of `performance.now()`. */
  at: number
}

/** Clients that call at once, each again as soon as it was answered. */
const CLIENTS = 4
/** Between the answer and the next call of a client. */
const PAUSE_MS = 5
const UNTIL_MS = 8000

/** Calls until `during` is done; resolves with all that was sent. */
export async function traffic(call: () => Promise<Called>, during: () => Promise<unknown>): Promise<Sent[]> {
  const sent: Sent[] = []
  const state = { stopped: false }
  async function client(): Promise<void> {
    while (!state.stopped) {
      const at = performance.now()
      sent.push({ at, ...(await call()) })
      await sleep(PAUSE_MS)
    }
  }
  const clients = Array.from({ length: CLIENTS }, client)
  try {
    await during()
  } finally {
    state.stopped = true
    await Promise.all(clients)
  }
  return sent
}

/** Looks again and again until it holds; false if it never did. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + UNTIL_MS; performance.now() < end; await sleep(20)) {
    if (await holds()) return true
  }
  return false
}

/** Those that were not answered with 200. */
export function failures(sent: readonly Called[]): Called[] {
  return sent.filter(({ status }) => status !== 200)
}
