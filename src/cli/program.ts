/** Reads the command line, runs one verb, and returns the exit code. */
import { Command, CommanderError } from 'commander'
import { withoutUserinfo } from '../core/text/userinfo.ts'
import { Fault } from '../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../manifest/yaml/negative-answer.ts'
import { convertCommand } from './commands/convert.ts'
import { devCommand } from './commands/dev.ts'
import { typesCommand } from './commands/types.ts'
import { validateCommand } from './commands/validate.ts'
import { type Printer, printer } from './printer.ts'
import { type Terminal, terminal } from './terminal.ts'

/** Set when the CLI is bundled: the version in package.json. */
declare const SELVEDGE_VERSION: string

/** Resolves with the exit code: 0 done, 1 a negative answer, 2 wrong usage or a fault. */
export async function run(argv: readonly string[], terminalOf: Terminal = terminal): Promise<number> {
  const print = printer(withoutSecrets(terminalOf))
  try {
    await program(print).parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
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
function withoutSecrets(terminalOf: Terminal): Terminal {
  return { ...terminalOf, err: (text) => terminalOf.err(withoutUserinfo(text)) }
}

function program(print: Printer): Command {
  const program = new Command('selvedge')
    .description('The service mesh at the edge: functions call functions by name.')
    .version(SELVEDGE_VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print.help, writeErr: print.usage })
    .showHelpAfterError('(selvedge --help lists what there is)')
  for (const make of [devCommand, validateCommand, convertCommand, typesCommand]) {
    program.addCommand(make(print).copyInheritedSettings(program))
  }
  return program
}
