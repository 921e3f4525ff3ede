/** One run of a verb: the flags that all verbs share, and what it works with. */
import type { Command } from 'commander'
import type { AdminClient } from '../admin/client.ts'
import type { Machine } from './machine.ts'
import type { Printer } from './print/printer.ts'
import { reaching } from './target/reaching.ts'
import { type Target, targetOf, toldTarget } from './target/target.ts'

export const FORMS = ['table', 'wide', 'json', 'yaml'] as const
export type Form = (typeof FORMS)[number]

/** Flags that may stand before a verb or behind it. */
export interface Flags {
  readonly url?: string
  readonly token?: string
  readonly output?: Form
}

export interface Session {
  readonly print: Printer
  readonly machine: Machine
  /** `undefined` where nobody said. */
  readonly output: Form | undefined
  readonly flags: Flags
  /** Where the mesh is: told on stderr when it is first asked for. @throws Fault */
  target(): Target
  /** The admin API of the target. */
  client(): AdminClient
  /** `fetch` to the target, whose failures are faults. */
  readonly fetch: typeof fetch
  /** Every verb with all its flags: what completion lists. */
  commands(): Promise<readonly Command[]>
}

export function sessionOf(
  print: Printer,
  machine: Machine,
  flags: Flags,
  commands: Session['commands'] = async () => [],
): Session {
  let known: Target | undefined
  const target = () => {
    if (known) return known
    known = targetOf(flags, machine.env)
    print.tell(toldTarget(known))
    for (const warning of known.warnings) print.tell(`warning: ${warning}`)
    return known
  }
  const send: typeof fetch = (input, init) => reaching(machine.fetch, target())(input, init)
  let client: AdminClient | undefined
  return {
    print,
    machine,
    output: flags.output,
    flags,
    target,
    client() {
      const { url, token } = target()
      client ??= machine.clientOf({ url, token: token?.secret, fetch: send })
      return client
    },
    fetch: send,
    commands,
  }
}
