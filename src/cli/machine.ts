/** What the command finds around it: a terminal, an environment, the time, and the network. */
import { type AdminClient, type AdminClientOptions, adminClient } from '../admin/client.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { confirmer } from './print/confirm.ts'
import { type Terminal, terminal } from './print/terminal.ts'

export interface Machine extends Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** Asks a person; `undefined` where nobody can answer. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
  /** Resolves when somebody ends a command that goes on by itself. Default: at Ctrl-C. */
  readonly interrupted?: () => Promise<void>
  /** Is told of Ctrl-C, once, before the command ends with 130; gives what ends the listening. Nothing where nobody can press it. */
  readonly onInterrupt?: ((told: () => void) => () => void) | undefined
  readonly clientOf: (options: AdminClientOptions) => AdminClient
}

/** The process's own, where nothing else is given. */
export function machineOf(given: Partial<Machine> = {}): Machine {
  const own = { env: process.env, clock: systemClock, fetch, clientOf: adminClient }
  const { isOutSeen = false, isErrSeen = false, out, err } = given
  if (out && err) return { ...own, ...given, isOutSeen, isErrSeen, out, err }
  return {
    ...own,
    confirm: confirmer(),
    onInterrupt,
    ...given,
    out: terminal.out,
    err: terminal.err,
    height: terminal.height,
    isOutSeen: terminal.isOutSeen === true,
    isErrSeen: terminal.isErrSeen === true,
  }
}

function onInterrupt(told: () => void): () => void {
  const end = () => {
    told()
    // 128 and the number of the signal, as shells have it.
    process.exit(130)
  }
  process.once('SIGINT', end)
  return () => void process.off('SIGINT', end)
}
