/** `selvedge events`: who has subscribed to which events, and an event published by hand. */
import type { Command } from 'commander'
import type { Session } from '../../session.ts'
import { example } from '../../verb.ts'
import { consent } from './consent.ts'
import { publishEvents } from './publish.ts'
import { type ReplayFlags, replay, sinceOf } from './replay.ts'
import { subscriptions } from './subscriptions.ts'

export function events(command: Command, session: Session): void {
  example(
    command,
    'selvedge events subscriptions com.example.order.placed   # who gets such an event',
    'selvedge events publish -f event.json',
    'selvedge events replay http://orders/42 --since 24h --subscriber billing',
  )
  command.helpCommand(false)
  command
    .command('subscriptions')
    .description('list who has subscribed, or who gets events of one type')
    .argument('[type]', 'an event type. Default: all')
    .action((type: string | undefined) => subscriptions(type, session))
  command
    .command('consent')
    .description('ask sinks outside the mesh whether they agree to be sent events')
    .argument('[type]', 'an event type. Default: all')
    .action((type: string | undefined) => consent(type, session))
  command
    .command('publish')
    .description('publish the event of a file, or several at once')
    .requiredOption(
      '-f, --file <file>',
      'an event in the JSON format of CloudEvents, YAML or JSON; - is standard input',
    )
    .option('--topic <name>', 'the service with the topic', 'events')
    .action((flags: { file: string; topic: string }) => publishEvents(flags, session))
  command
    .command('replay')
    .description('have an object with an outbox send events again, to one subscriber')
    .argument('<source>', 'the source of the events, which is the address of the object: http://orders/42')
    .requiredOption('--subscriber <id>', 'the id of the subscription that gets them')
    .option('--since <when>', 'an instant, or how long ago, as 24h. Default: all that are kept', sinceOf)
    .action((source: string, flags: ReplayFlags) => replay(source, flags, session))
}
