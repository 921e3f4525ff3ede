/** `selvedge describe`: a record, its policy in effect and who wrote each value, and who refers to it. */
import type { Command } from 'commander'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { absent } from '../absent.ts'
import type { Session } from '../session.ts'
import { descriptionLines } from '../told/description.ts'
import { printTold } from '../told/print-told.ts'
import { example } from '../verb.ts'

export function describe(command: Command, session: Session): void {
  example(command, 'selvedge describe users', 'selvedge describe users -o wide   # with what is built in')
  command.argument('<name>', 'a name, or a wildcard').action((name: string) => run(name, session))
}

async function run(name: string, session: Session): Promise<void> {
  const client = session.client()
  const told = await client.describe(name)
  if (!told) throw new NegativeAnswer(await absent(name, client))
  await printTold(session, told, (isWide) => descriptionLines(told, session.machine.clock.now(), isWide))
}
