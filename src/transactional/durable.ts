/** What a service's own objects and databases need to be part of what happens later: events in the commit, work once and in order, steps that can be undone. */
export { type Alarms, type AlarmsOptions, alarms } from './alarms.ts'
export {
  D1_TABLES,
  type D1Outbox,
  type D1Relay,
  type D1RelayOptions,
  d1Once,
  d1Outbox,
  d1Relay,
} from './d1.ts'
export type { Published, StoredEvent } from './event.ts'
export { type Gap, gaps, inOrder, type Ordered, type OrderOptions, passOver, type Sequenced } from './in-order.ts'
export { type Once, once } from './once.ts'
export { type Backlog, type Outbox, type OutboxOptions, outbox, type Publish } from './outbox.ts'
export { type Forwarded, type Participant, participant } from './participant.ts'
export type { Replay } from './replay.ts'
export type { EventQueue } from './send.ts'
export type { ObjectState, Transactional } from './storage.ts'
