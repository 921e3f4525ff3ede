/** `selvedge whoami`: what the mesh makes of who asks, and by which proof. */
import type { Command } from 'commander'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { header } from '../../flags/header.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { NO_NAME } from '../../traffic/columns.ts'
import { example } from '../../verb.ts'

/** As the mesh answers it at /-/whoami. */
interface Who {
  readonly caller: string | null
  readonly class: string
  readonly proof: string
  readonly trusted: boolean
}

const COLUMNS: readonly Column<Who>[] = [
  { name: 'CALLER', of: ({ caller }) => caller ?? NO_NAME },
  { name: 'CLASS', of: (who) => who.class },
  { name: 'PROOF', of: ({ proof }) => proof },
  { name: 'TRUSTED', of: ({ trusted }) => (trusted ? 'yes' : 'no') },
]

export function whoami(command: Command, session: Session): void {
  example(command, 'selvedge whoami', "selvedge whoami -H 'authorization: Bearer …'   # by this token")
  command
    .option('-H, --header <header>', 'a header to send, as "name: value"; may be repeated', header)
    .action(({ header: headers = {} }: { header?: Record<string, string> }) => run(headers, session))
}

async function run(headers: Record<string, string>, session: Session): Promise<void> {
  const { url } = session.target()
  const response = await session.fetch(`${url}/-/whoami`, { headers })
  const who = await whoIn(response, url)
  await show(session, { value: who, columns: COLUMNS, rows: [who], none: '' })
  if (who.class !== 'stranger') return
  session.print.tell(
    'To the mesh you are nobody in particular: rules that name callers are not about you. A function has a name by its binding (docs/trust.md).',
  )
}

/** @throws {Fault} where it is no mesh that answers, or an older one. */
async function whoIn(response: Response, url: string): Promise<Who> {
  const text = await response.text()
  const value = parsed(text)
  if (response.ok && isWho(value)) return value
  const detail = typeof value === 'object' && value !== null ? Reflect.get(value, 'detail') : undefined
  const why = typeof detail === 'string' ? `: ${detail}` : '.'
  throw new Fault(`${url}/-/whoami answered ${response.status}${why} Is it a mesh of this version?`)
}

function isWho(value: unknown): value is Who {
  if (typeof value !== 'object' || value === null) return false
  const { caller, class: kind, proof, trusted } = value as Partial<Record<keyof Who, unknown>>
  const isNamed = caller === null || typeof caller === 'string'
  return isNamed && typeof kind === 'string' && typeof proof === 'string' && typeof trusted === 'boolean'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
