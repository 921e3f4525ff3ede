/** `selvedge events`: who has subscribed to which events, and an event published by hand. */
import type { Command } from 'commander'
import type { Session } from '../../session.ts'
import { example } from '../../verb.ts'
import { publishEvents } from './publish.ts'
import { subscriptions } from './subscriptions.ts'

export function events(command: Command, session: Session): void {
  example(
    command,
    'selvedge events subscriptions com.example.order.placed   # who gets such an event',
    'selvedge events publish -f event.json',
  )
  command.helpCommand(false)
  command
    .command('subscriptions')
    .description('list who has subscribed, or who gets events of one type')
    .argument('[type]', 'an event type. Default: all')
    .action((type: string | undefined) => subscriptions(type, session))
  command
    .command('publish')
    .description('publish the event of a file, or several at once')
    .requiredOption(
      '-f, --file <file>',
      'an event in the JSON format of CloudEvents, YAML or JSON; - is standard input',
    )
    .option('--topic <name>', 'the service with the topic', 'events')
    .action((flags: { file: string; topic: string }) => publishEvents(flags, session))
}
