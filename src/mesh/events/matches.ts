/** Does a subscription want an event? Attributes are compared as texts; one that is not there is equal to none. */
import type { Attributes, EventFilter } from '../../record/events/filter.ts'
import type { CloudEvent } from '../../targets/topic/event.ts'

/** All filters must hold. */
export function wants(filters: readonly EventFilter[] | undefined, event: CloudEvent): boolean {
  return filters?.every((filter) => holds(filter, event)) ?? true
}

function holds(filter: EventFilter, event: CloudEvent): boolean {
  if ('exact' in filter) return every(filter.exact, event, (said, wanted) => said === wanted)
  if ('prefix' in filter) return every(filter.prefix, event, (said, wanted) => said.startsWith(wanted))
  if ('suffix' in filter) return every(filter.suffix, event, (said, wanted) => said.endsWith(wanted))
  if ('all' in filter) return filter.all.every((one) => holds(one, event))
  if ('any' in filter) return filter.any.some((one) => holds(one, event))
  return !holds(filter.not, event)
}

function every(attributes: Attributes, event: CloudEvent, test: (said: string, wanted: string) => boolean): boolean {
  return Object.entries(attributes).every(([name, wanted]) => {
    const said = Object.hasOwn(event, name) ? event[name] : undefined
    return said !== undefined && said !== null && test(String(said), wanted)
  })
}
