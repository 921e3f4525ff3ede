/** The mesh's own inbox: a message that was taken is not brought again, to receivers that cannot remember it themselves. */
import { fnv1a, mixed } from '../../math/hash.ts'
import type { Bindings } from '../../targets/bindings.ts'
import type { Claim, Inbox, InboxNamespace } from '../../telemetry/inbox.ts'

/** Where a delivery stands: claimed, or not to be made. */
export type Claimed =
  | { readonly state: 'new'; done(): Promise<void>; release(): Promise<void> }
  | Exclude<Claim, { state: 'new' }>

/** One delivery holds its message for so long, in milliseconds, and a little more than its own time-out. */
const LEAST_LEASE_MS = 60_000
const SPARE_MS = 5000
/** Inboxes of a receiver. */
const SHARDS = 16

/**
 * @param id of the message, which is one by it and by the name that was called.
 * @throws where there is no inbox, or it does not answer.
 */
export async function claim(
  bindings: Bindings,
  {
    to,
    subject,
    id,
    timeoutMs,
    keepMs,
  }: { to: string; subject: string; id: string; timeoutMs: number; keepMs: number },
): Promise<Claimed> {
  const { INBOX_OBJECT } = bindings
  if (typeof INBOX_OBJECT !== 'object' || INBOX_OBJECT === null || !('getByName' in INBOX_OBJECT)) {
    throw new Error('The record says "deduplicate", and this Worker has no INBOX_OBJECT.')
  }
  const key = `${subject} ${id}`
  // One of sixteen, by the message: one object would be the bound of all.
  const shard = (mixed(fnv1a(key)) % SHARDS).toString(SHARDS)
  const inbox: Inbox = (INBOX_OBJECT as InboxNamespace).getByName(`${to}/${shard}`)
  const claimed = await inbox.claim(key, Math.max(LEAST_LEASE_MS, timeoutMs + SPARE_MS))
  if (claimed.state !== 'new') return claimed
  // What fails here costs a second delivery, or the wait for the lease: the message itself was settled by what the receiver said.
  return {
    state: 'new',
    done: () => inbox.done(key, keepMs).catch(() => {}),
    release: () => inbox.release(key, claimed.token).catch(() => {}),
  }
}
