/** Counts the hops of a request, so that loops are stopped (RFC 8586 CDN-Loop, RFC 9110 Via). */
import { CDN_LOOP, type HeaderSource, VIA } from './headers.ts'

/** The mesh's own member of CDN-Loop. Each hop adds one. */
export const LOOP_TOKEN = 'selvedge'

/** Hops that a request has made: our members of CDN-Loop, or all members of Via, whichever are more. */
export function readHops(headers: HeaderSource): number {
  return Math.max(countOurs(headers.get(CDN_LOOP)), members(headers.get(VIA)))
}

/** The CDN-Loop for the next hop: what came, and one more member of ours. */
export function nextLoop(loop: string): string {
  return `${loop}, ${LOOP_TOKEN}`
}

/** The CDN-Loop of a call that starts here, after `hops` hops. */
export function loopOf(hops: number): string {
  return hops === 0 ? LOOP_TOKEN : new Array(hops + 1).fill(LOOP_TOKEN).join(', ')
}

function countOurs(loop: string | null): number {
  if (loop === null) return 0
  return loop.split(',').filter((member) => member.split(';')[0]?.trim().toLowerCase() === LOOP_TOKEN).length
}

function members(via: string | null): number {
  return via === null ? 0 : via.split(',').length
}
