/** Reads the command line, runs one verb, and returns the exit code. */
import { Command, CommanderError, Option } from 'commander'
import { AdminError } from '../admin/client.ts'
import { withoutUserinfo } from '../core/text/userinfo.ts'
import { Fault } from '../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../manifest/yaml/negative-answer.ts'
import { type Machine, machineOf } from './machine.ts'
import { type Printer, printer } from './print/printer.ts'
import { mayColour } from './print/style.ts'
import { type Flags, FORMS, type Session, sessionOf } from './session.ts'
import { told } from './target/told.ts'
import type { Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/** Set when the CLI is bundled: the version in package.json. */
declare const SELVEDGE_VERSION: string

/** Resolves with the exit code: 0 done, 1 a negative answer, 2 wrong usage or a fault. */
export async function run(argv: readonly string[], given?: Partial<Machine>): Promise<number> {
  const machine = withoutSecrets(machineOf(given))
  let isColoured = mayColour(machine.env)
  const print = printer(machine, () => isColoured)
  const sessions: Session[] = []
  const program = programOf(print, machine, (session) => sessions.push(session))
  program.on('option:no-color', () => {
    isColoured = false
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (thrown) {
    const error = thrown instanceof AdminError ? told(thrown, sessions.at(-1)?.target()) : thrown
    // Commander has already printed the error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof NegativeAnswer || error instanceof Fault) {
      const { message, more } = error
      print.fail(message, error instanceof Fault ? error.detail : undefined)
      for (const told of more) print.fail(told)
      return error instanceof Fault ? 2 : 1
    }
    // An unexpected error: its stack trace helps most.
    const [first = '', ...stack] = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n')
    print.fail(first, stack.join('\n') || undefined)
    return 2
  }
}

/** Messages about an address do not contain its password. */
function withoutSecrets(machine: Machine): Machine {
  return { ...machine, err: (text) => machine.err(withoutUserinfo(text)) }
}

/** Flags that all verbs share, by what a verb says that it takes. */
const SHARED: Record<string, Verb['takes'][number]> = { url: 'target', token: 'target', output: 'output' }

function programOf(print: Printer, machine: Machine, begun: (session: Session) => void): Command {
  const program = new Command('selvedge')
    .description('The service mesh at the edge: functions call functions by name.')
    .version(SELVEDGE_VERSION, '-v, --version', 'print the version')
    .option('--url <url>', 'the address of the mesh, or the name of a target (SELVEDGE_URL; see config)')
    .option('--token <token>', 'for its admin API, or env:NAME, the variable that holds it (SELVEDGE_TOKEN)')
    .addOption(new Option('-o, --output <form>', 'how an answer is printed').choices(FORMS))
    .option('--no-color', 'no colours (NO_COLOR)')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print.help, writeErr: print.usage })
    .showHelpAfterError('(selvedge --help lists what there is)')
  const verbs = new Map(VERBS.map((verb) => [program.command(verb.name).description(verb.summary), verb]))
  const filled = new Set<Command>()
  const fill = async (command: Command, session: Session) => {
    const verb = verbs.get(command)
    if (!verb || filled.has(command)) return
    filled.add(command)
    const filling = await verb.load()
    filling(command, session)
  }
  const session = () => {
    const all = async () => {
      for (const command of verbs.keys()) await fill(command, session())
      return [...verbs.keys()]
    }
    return sessionOf(print, machine, program.opts<Flags>(), all)
  }
  const isTaken = (command: Command, flag: string) => {
    const shared = SHARED[flag]
    return shared === undefined || (verbs.get(command)?.takes.includes(shared) ?? true)
  }
  for (const command of verbs.keys()) {
    command.configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: () =>
        program.options.filter((option) => option.long !== '--version' && isTaken(command, option.attributeName())),
    })
  }
  return program.hook('preSubcommand', async (_, command) => {
    for (const option of program.options) {
      const isGiven = program.getOptionValueSource(option.attributeName()) === 'cli'
      if (isGiven && !isTaken(command, option.attributeName())) {
        command.error(`error: ${command.name()} has no use for ${option.long}`)
      }
    }
    const own = session()
    begun(own)
    await fill(command, own)
  })
}
