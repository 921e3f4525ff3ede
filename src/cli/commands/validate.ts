/** `selvedge validate`: checks records and manifests, and that the mesh's Worker has what they name. */
import type { Command } from 'commander'
import { ended } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { accessFindings, letsStrangersIn } from '../../record/check/access.ts'
import { deliveryFindings } from '../../record/check/deliveries.ts'
import { guestFindings, sharedMembers, trustedOf } from '../../record/check/guests.ts'
import { type Given, type Lack, lacks } from '../../record/check/needs.ts'
import { rateFindings } from '../../record/check/rates.ts'
import { parsePolicy } from '../../record/parse.ts'
import { checkedFiles } from '../checked-files.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import type { Printer } from '../print/printer.ts'
import type { Finding, Lacking } from '../records.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'
import { readWorkerConfig, type WorkerConfig } from '../worker-config.ts'

interface ValidateFlags extends Named {
  record?: boolean
  config?: string
  env?: string
  hostname?: string
  domain: string
}

export function validate(command: Command, { print }: Session): void {
  example(command, 'selvedge validate -f registry.yaml --config wrangler.toml')
  filesOption(command, 'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input')
    .option('--record', 'each document is a record by itself, as it is put under a key')
    .option('--config <file>', "the mesh's wrangler configuration: does it bind what the records name?")
    .option('--env <name>', 'an environment of that configuration')
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
    .action((files: string[], flags: ValidateFlags) => run(named(files, flags), flags, print))
}

async function run(names: readonly string[], flags: ValidateFlags, print: Printer): Promise<void> {
  const { record: isRecord, config, env, hostname, domain } = flags
  const given = config === undefined ? undefined : await readWorkerConfig(config, env)
  const lacking = lackingIn(config, given)
  for (const message of sharedMembers(trustedOf(given?.variables.MESH_TRUST).members)) {
    print.tell(`${config}: warning: MESH_TRUST: members: ${message}`)
  }
  const { records, errors, broken } = await checkedFiles(names, { isRecord, lacking, hostname, domain }, (_, text) =>
    print.tell(text),
  )
  const wrong = errors > 0 ? [wrongs(errors)] : []
  if (broken.length > 0) throw ended(broken, ...wrong)
  if (errors > 0) throw new NegativeAnswer(wrong.join())
  const bound = config === undefined ? '' : ` ${config} has every binding that they need.`
  print.line(`${records.length} ${records.length === 1 ? 'record is' : 'records are'} understood.${bound}`)
}

export function wrongs(count: number): string {
  return `${count} ${count === 1 ? 'thing is' : 'things are'} wrong.`
}

function lackingIn(config: string | undefined, given: WorkerConfig | undefined): Lacking {
  const trusting = trustIn(config, given)
  const bound = config === undefined || given === undefined ? undefined : boundIn(config, given)
  const told = new Set<string>()
  return (at, written, record) => {
    const rates = rateFindings(record, given).filter(({ severity, message }) => {
      // What holds for one record holds for the next: one hint is enough.
      const isNew = severity !== 'note' || !told.has(message)
      told.add(message)
      return isNew
    })
    const isKept = given?.bindings.has('DEAD_LETTERS') === true
    const deliveries = given?.queues ? deliveryFindings(record, given.queues, isKept) : []
    return [
      ...(bound?.(at, written, record) ?? []),
      ...[...deliveries, ...rates].map(
        ({ severity, path, message }): Finding => ({ severity, path: [...at, ...path], reason: message }),
      ),
      ...trusting(at, written, record),
    ]
  }
}

/** Who may call, where that is other than it looks; and once that anyone may, where the Worker has a public entrance. */
function trustIn(config: string | undefined, given: WorkerConfig | undefined): Lacking {
  const defaults = given?.variables.MESH_DEFAULTS
  const access = defaults === undefined ? undefined : parsePolicy(defaults).access
  const written = given?.variables.MESH_TRUST
  const trusted = trustedOf(written)
  // As a secret it may be there, and nobody can read it here.
  const isKnown = given !== undefined && (written !== undefined || !given.values.has('MESH_TRUST'))
  let isTold = false
  return (at, _, record) => {
    const [name] = at
    const guestly = isKnown ? guestFindings(typeof name === 'string' ? name : undefined, record, trusted) : []
    const findings = [...accessFindings(record, access, trusted.members), ...guestly].map(
      ({ kind, path, message }): Finding => {
        return { severity: kind === 'around' ? 'note' : 'warning', path: [...at, ...path], reason: message }
      },
    )
    if (isTold || !given?.isPublic || record.alias || !letsStrangersIn(record, access)) return findings
    isTold = true
    const reason = `lets anyone call, and ${config} gives the mesh a public entrance: access says who may, or workers_dev = false closes it (docs/trust.md). So does each record that says nothing of it.`
    return [...findings, { severity: 'warning', path: at, reason }]
  }
}

function boundIn(config: string, given: Given): Lacking {
  const told = new Set<string>()
  return (at, written, { endpoints }) => {
    return lacks(endpoints, given).flatMap((lack): Finding[] => {
      const path = typeof written === 'string' ? at : [...at, 'endpoints', lack.endpoint]
      if (lack.section !== undefined) return [{ severity: 'error', path, reason: missing(config, lack) }]
      // A secret may be set without being declared in the configuration. One hint is enough.
      if (told.has(lack.name)) return []
      told.add(lack.name)
      const reason = `needs the secret "${lack.name}", which ${config} does not name: wrangler secret put ${lack.name}.`
      return [{ severity: 'note', path, reason }]
    })
  }
}

function missing(config: string, { name, section, boundAs }: Lack): string {
  const instead = boundAs === undefined ? '' : `, but under ${boundAs}`
  return `"${name}" is not under ${section} of ${config}${instead}: this Worker would pass the endpoint over.`
}
