/** `selvedge authz`: who may call whom by the records, and who was allowed, denied or would be denied. */
import type { Command } from 'commander'
import type { AuthzView } from '../../../admin/client.ts'
import type { Session } from '../../session.ts'
import { printTold } from '../../told/print-told.ts'
import { type Windowed, windowOption } from '../../traffic/window.ts'
import { authzLines } from '../../trust/authz-lines.ts'
import { example } from '../../verb.ts'

export function authz(command: Command, session: Session): void {
  example(command, 'selvedge authz', 'selvedge authz users -t 24h   # whom would `deny` turn away?')
  command
    .argument('[name...]', 'services. Default: all')
    .addOption(windowOption('1h'))
    .action((names: string[], flags: Windowed) => run(names, flags, session))
}

async function run(names: readonly string[], { timeWindow }: Windowed, session: Session): Promise<void> {
  const [service] = names
  const told = await session.client().authz({ window: timeWindow, ...(names.length === 1 && { service }) })
  const isAsked = (name: string) => names.length === 0 || names.includes(name)
  const asked: AuthzView = {
    ...told,
    policies: told.policies.filter(({ record }) => isAsked(record)),
    open: told.open.filter(isAsked),
    items: told.items.filter(({ service, record }) => isAsked(service) || (record !== null && isAsked(record))),
  }
  await printTold(session, asked, (isWide) => authzLines(asked, timeWindow, isWide))
}
