/** `selvedge keys`: the keys that tokens are signed with, from their making to their end. Private keys are printed, and never kept or sent. */
import type { Command } from 'commander'
import type { KeysView, KeyView } from '../../../admin/client.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { keysIn, newKey, publicHalf } from '../../trust/key-pair.ts'
import { example } from '../../verb.ts'

const COLUMNS: readonly Column<KeyView>[] = [
  { name: 'KEY', of: ({ kid }) => kid },
  { name: 'ALG', of: ({ alg }) => alg },
  {
    name: 'SIGNS FROM',
    of: ({ signsFrom, shown }) => (shown ? (signsFrom ?? 'by hand') : 'not in KV yet: publish it again'),
  },
  { name: 'CALLERS', of: ({ callers, overrides }) => callers?.join(', ') ?? (overrides ? 'none' : 'all') },
  { name: 'OVERRIDES', of: ({ overrides }) => overrides?.join(', ') },
]

const KID = /^[a-z0-9][\w.-]{0,127}$/i

export function keys(command: Command, session: Session): void {
  example(
    command,
    'selvedge keys new mesh-2 --beside mesh-1.json > both.json   # then: npx wrangler secret put MESH_KEY < both.json',
    'selvedge keys publish mesh-2 --key both.json',
    'selvedge keys retire mesh-1                                  # eight minutes later',
  )
  command.helpCommand(false)
  command
    .command('list')
    .description('list the public keys')
    .action(() => list(session))
  command
    .command('new')
    .description('print a new private key, for the secret MESH_KEY')
    .argument('<kid>', 'its name')
    .option('--beside <file>', 'a file with the keys that stay: all are printed, the new one last')
    .action((kid: string, { beside }: { beside?: string }) => make(kid, beside, session))
  command
    .command('publish')
    .description('publish the public half: it signs two minutes later')
    .argument('<kid>', 'its name in the file')
    .requiredOption(
      '--key <file>',
      'a JWK or a JWKS, private or public; - for standard input. Only the public half is sent',
    )
    .option('--callers <name...>', 'for whom it may speak: names, or *.shop. Default: for all')
    .action((kid: string, flags: PublishFlags) => publish(kid, flags, session))
  command
    .command('retire')
    .description('take a public key away, when another has signed in its place for long enough')
    .argument('<kid>', 'its name')
    .option('--now', 'at once, though callers may be refused for it: the key is in wrong hands')
    .action((kid: string, { now = false }: { now?: boolean }) => retire(kid, now, session))
}

interface PublishFlags {
  readonly key: string
  readonly callers?: string[]
}

async function list(session: Session): Promise<void> {
  await shown(await session.client().keys(), session)
}

async function make(kid: string, beside: string | undefined, { print }: Session): Promise<void> {
  if (!KID.test(kid)) throw new Fault(`A key is called by letters, digits, "-", "_" and ".", got "${kid}".`)
  const others = beside === undefined ? [] : keysIn(beside)
  if (others.some((other) => other.kid === kid)) throw new Fault(`${beside} has a key called "${kid}" already.`)
  const key = await newKey(kid)
  print.data(`${JSON.stringify(others.length > 0 ? { keys: [...others, key] } : key)}\n`)
  print.tell(
    'This is a private key. Put it into the secret MESH_KEY of the mesh, and keep it nowhere else; then publish its public half.',
  )
}

async function publish(kid: string, { key: file, callers }: PublishFlags, session: Session): Promise<void> {
  const key = keysIn(file).find((one) => one.kid === kid)
  if (!key) throw new Fault(`${file} has no key called "${kid}".`)
  const said = callers && { 'selvedge:callers': callers.flatMap((names) => names.split(',')) }
  await shown(await session.client().publishKey(kid, { ...publicHalf(key), ...said }), session)
}

async function retire(kid: string, now: boolean, session: Session): Promise<void> {
  await shown(await session.client().retireKey(kid, { force: now }), session)
  if (now)
    session.print.tell(
      'Isolates that cannot read KV may take its tokens for as long as MESH_MAX_STALE, one hour by default.',
    )
}

async function shown({ keys }: KeysView, session: Session): Promise<void> {
  await show(session, { value: keys, columns: COLUMNS, rows: keys, none: 'There are no keys.' })
}
