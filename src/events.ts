/** Events by name: topics that are published to, and the consumer that brings events to those that have subscribed. */
export { eventDelivery } from './mesh/events/delivery.ts'
export { type NewEvent, type Publisher, type PublishOptions, publish } from './mesh/events/publish.ts'
export type { EventFilter } from './record/events/filter.ts'
export type { Subscription, Subscriptions } from './record/events/subscriptions.ts'
export type { CloudEvent } from './targets/topic/event.ts'
export { topics } from './targets/topic/publish.ts'
export type { Topics } from './targets/topic/topics.ts'
