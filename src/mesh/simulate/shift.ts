/** What of a request's share goes elsewhere, from one destination to another. */
import type { Destination, End } from './destination.ts'

/** A share of the requests that leaves one end for another. */
export interface Shift {
  readonly from: End
  readonly to: End
  /** Above 0 up to 1. */
  readonly share: number
}

/** What is less than this is rounding. */
const LEAST = 1e-9

/**
 * Expected shares are compared place by place: what places have lost goes to those that have gained, in proportion. Another
 * rule that leads to the same place is no shift.
 */
export function shiftsOf(before: Destination, after: Destination): Shift[] {
  const [was, will] = [placesOf(before), placesOf(after)]
  const lost = changed(was, will)
  const gained = changed(will, was)
  const sum = [...gained.values()].reduce((sum, share) => sum + share, 0)
  const shifts: Shift[] = []
  for (const [from, left] of lost) {
    for (const [to, came] of gained) shifts.push({ from, to, share: (left * came) / sum })
  }
  return shifts
}

interface Part {
  readonly end: End
  share: number
}

/** Each endpoint of each backend, each error and each answer of a filter, with its share. */
function placesOf(destination: Destination): Map<string, Part> {
  const places = new Map<string, Part>()
  const add = (key: string, end: End, share: number) => {
    const known = places.get(key)
    if (known) known.share += share
    else places.set(key, { end, share })
  }
  for (const end of destination) {
    const { share, backend, endpoints, error, answered } = end
    if (error) add(`error ${error.code}`, end, share)
    else if (answered) add(`answered ${answered}`, end, share)
    else for (const [id, part] of endpoints) add(`${backend} ${id}`, end, share * part)
  }
  return places
}

/** By how much the places of an end have more than in the other destination. */
function changed(places: Map<string, Part>, other: Map<string, Part>): Map<End, number> {
  const more = new Map<End, number>()
  for (const [key, { end, share }] of places) {
    const difference = share - (other.get(key)?.share ?? 0)
    if (difference > LEAST) more.set(end, (more.get(end) ?? 0) + difference)
  }
  return more
}
