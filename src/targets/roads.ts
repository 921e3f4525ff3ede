/** The road to each kind of target. */
import type { Target } from '../core/endpoint.ts'
import { lambdaBlocked } from './aws/reach.ts'
import { sendByInvoke } from './aws/send.ts'
import { bindingBlocked } from './binding/reach.ts'
import { sendToBinding } from './binding/send.ts'
import { dispatchBlocked } from './dispatch/reach.ts'
import { sendToScript } from './dispatch/send.ts'
import type { KindName, KnownTarget } from './kinds.ts'
import { objectBlocked } from './object/reach.ts'
import { sendToObject } from './object/send.ts'
import { queueBlocked } from './queue/reach.ts'
import { sendToQueue } from './queue/send.ts'
import type { Here, Road } from './road.ts'
import { sagaBlocked } from './saga/reach.ts'
import { sendToSaga } from './saga/send.ts'
import { topicBlocked } from './topic/reach.ts'
import { sendToTopic } from './topic/send.ts'
import { urlBlocked } from './url/reach.ts'
import { sendToUrl } from './url/send.ts'

/** A kind without a road does not compile. */
const ROADS: { readonly [Name in KindName]: Road<KnownTarget<Name>> } = {
  url: { blockedBecause: urlBlocked, send: sendToUrl },
  binding: { blockedBecause: bindingBlocked, send: sendToBinding },
  dispatch: { blockedBecause: dispatchBlocked, send: sendToScript },
  object: { blockedBecause: objectBlocked, send: sendToObject },
  lambda: { blockedBecause: lambdaBlocked, send: sendByInvoke },
  queue: { blockedBecause: queueBlocked, send: sendToQueue },
  topic: { blockedBecause: topicBlocked, send: sendToTopic },
  saga: { blockedBecause: sagaBlocked, send: sendToSaga },
}

export function roadTo({ kind }: Target): Road<Target> {
  return (ROADS as Readonly<Record<string, Road<Target>>>)[kind] as Road<Target>
}

/** Why an endpoint cannot be reached from here; `undefined` where it can. */
export function unreachableBecause(target: Target, here: Here): string | undefined {
  return roadTo(target).blockedBecause(target, here)
}
