/** `selvedge completion`: what a shell needs to complete verbs, flags and names of records. */
import { Argument, type Command } from 'commander'
import { isCallable } from '../../record/check/key.ts'
import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { type CompletedVerb, completedVerbs } from '../completion/spec.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

const SHELLS: Readonly<Record<string, (verbs: readonly CompletedVerb[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

export function completion(command: Command, session: Session): void {
  example(
    command,
    '# now, and in ~/.bashrc for later',
    'source <(selvedge completion bash)',
    'source <(selvedge completion zsh)',
    'selvedge completion fish | source',
  )
  command.helpCommand(false)
  for (const [shell, write] of Object.entries(SHELLS)) {
    command
      .command(shell)
      .description(`print what ${shell} needs`)
      .action(async () => session.print.data(write(completedVerbs(await session.commands()))))
  }
  command
    .command('names', { hidden: true })
    .addArgument(new Argument('[begin]').default(''))
    .action((begin: string) => names(begin, session))
}

/** Who presses the tabulator waits no longer. */
const WITHIN_MS = 1_000
const MOST = 200

/**
 * Names of records that begin so, a line each. Whatever fails, nothing is said: a shell would print it into the line that
 * somebody is typing. What is no name is left out, whoever wrote it there: a shell may take it for more than a word.
 */
async function names(begin: string, { print, machine, target, fetch: send }: Session): Promise<void> {
  try {
    const { url, token } = target()
    const client = machine.clientOf({
      url,
      token: token?.secret,
      fetch: (input, init) => send(input, { ...init, signal: AbortSignal.timeout(WITHIN_MS) }),
    })
    const { items } = await client.list({ prefix: begin, limit: MOST })
    for (const { name } of items.filter(({ name }) => isCallable(name))) print.line(name)
  } catch {
    // No mesh, no token, no time.
  }
}
