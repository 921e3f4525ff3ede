/** `selvedge override`: a signed override, minted by the mesh, or with a key of one's own. */
import type { Command } from 'commander'
import { AdminError, type OverrideView } from '../../../admin/client.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { durationMs } from '../../../schema/duration.ts'
import { fileText } from '../../file-text.ts'
import { duration } from '../../flags/duration.ts'
import type { Session } from '../../session.ts'
import { printTold } from '../../told/print-told.ts'
import { example } from '../../verb.ts'

interface OverrideFlags {
  for: string
  author?: string
  key?: string
  domain?: string
}

export function override(command: Command, session: Session): void {
  example(
    command,
    'selvedge override users=users@pr-123 --for 1h',
    'selvedge override users=users@pr-123 --key ci.jwk --domain mesh.example.com   # signed here: no mesh is asked',
  )
  command
    .argument('<name=record...>', 'a name that is called, and the record with a tag that answers in its place')
    .option('--for <duration>', 'how long it holds', duration, '1h')
    .option('--author <name>', 'who it is for, told on receipts')
    .option('--key <file>', 'a private key, as a JWK, to sign with here; else the mesh signs')
    .option('--domain <name>', 'beside --key: the trust domain, as in MESH_TRUST')
    .action((pairs: string[], flags: OverrideFlags) => run(pairs, flags, session))
}

async function run(pairs: readonly string[], flags: OverrideFlags, session: Session): Promise<void> {
  const overrides = Object.fromEntries(pairs.map(pairOf))
  if (flags.key === undefined && flags.domain !== undefined) throw new Fault('--domain stands beside --key.')
  const minted =
    flags.key === undefined
      ? await asked(overrides, flags, session)
      : await signed(overrides, flags, flags.key, session)
  const { print, output } = session
  await printTold(session, minted, () => [`baggage: ${minted.baggage}`])
  if (output === 'json' || output === 'yaml') return
  const [first = ''] = Object.keys(overrides)
  const where = flags.key === undefined ? session.target().url : 'https://HOST'
  print.tell(`It holds until ${minted.expiresAt}, by the key ${minted.kid}. Whoever has it can use it:`)
  print.tell(`curl -H 'baggage: ${minted.baggage}' ${where}/svc/${first}/`)
}

async function asked(
  overrides: Readonly<Record<string, string>>,
  { for: said, author }: OverrideFlags,
  session: Session,
): Promise<OverrideView> {
  try {
    return await session.client().override(overrides, said, author)
  } catch (error) {
    if (error instanceof AdminError && error.status === 422) throw new Fault(error.message)
    throw error
  }
}

/** Loaded here alone. */
async function signed(
  overrides: Readonly<Record<string, string>>,
  { for: said, author, domain }: OverrideFlags,
  file: string,
  { machine }: Session,
): Promise<OverrideView> {
  if (domain === undefined) throw new Fault('--key needs --domain: the trust domain, as in MESH_TRUST.')
  const { minter, mintOverride } = await import('../../../mesh/trust/minting.ts')
  const text = fileText(file)
  try {
    const by = minter({ domain }, text, file)
    const minted = await mintOverride(by, author ?? by.key.kid, overrides, durationMs(said) / 1000, machine.clock.now())
    return { ...minted, expiresAt: new Date(minted.expiresAt).toISOString() }
  } catch (error) {
    if (error instanceof RangeError) throw new NegativeAnswer(error.message)
    throw error instanceof TypeError ? new Fault(error.message) : error
  }
}

function pairOf(text: string): [string, string] {
  const [, from, to] = /^([^=]+)=([^=]+)$/.exec(text) ?? []
  if (from === undefined || to === undefined)
    throw new Fault(`Expected NAME=RECORD, as users=users@pr-123; got "${text}".`)
  return [from, to]
}
