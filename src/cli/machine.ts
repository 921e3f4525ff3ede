/** What the command finds around it: a terminal, an environment, the time, and the network. */
import { type AdminClient, type AdminClientOptions, adminClient } from '../admin/client.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type Terminal, terminal } from './print/terminal.ts'

export interface Machine extends Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly fetch: typeof fetch
  readonly clientOf: (options: AdminClientOptions) => AdminClient
}

/** The process's own, where nothing else is given. */
export function machineOf(given: Partial<Machine> = {}): Machine {
  const own = { env: process.env, clock: systemClock, fetch, clientOf: adminClient }
  const { isOutSeen = false, isErrSeen = false, out, err } = given
  if (out && err) return { ...own, ...given, isOutSeen, isErrSeen, out, err }
  return {
    ...own,
    ...given,
    out: terminal.out,
    err: terminal.err,
    isOutSeen: terminal.isOutSeen === true,
    isErrSeen: terminal.isErrSeen === true,
  }
}
