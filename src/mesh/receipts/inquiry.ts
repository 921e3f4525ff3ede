/** What a caller that is believed has asked for besides its answer: why it is so, by which records, and how new they must be. */

import type { Receipt } from '../../core/receipt.ts'
import type { Seal } from '../../core/seal.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { Choosing } from '../../features/balance/choose.ts'
import type { Found } from '../../registry/known.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import type { RecordRead } from '../../wire/receipt/view.ts'

export interface Inquiry {
  /** The revision of the mesh that the records must have, at least. */
  readonly minRevision: number | undefined
  /** Notes more than each call can afford. `undefined` where nothing is to be told. */
  readonly notes: Notes | undefined
}

/** Which records serve here, and where that is. */
export interface Noted {
  readonly records: readonly RecordRead[]
  readonly isolate: string
  readonly location: string | undefined
}

/** Notes of one call. */
export interface Notes {
  /** A name was looked up. */
  lookedUp(name: string, found: Found | undefined): void
  /** Runs what chooses a backend by chance. */
  drawing<Of>(choose: () => Of): Of
  /** Runs what chooses the endpoint of an attempt, in the place of a call to `choose`. */
  choosing: NonNullable<NonNullable<Choosing['inquiry']>['notes']>['choosing']
  noted(): Noted
  /** The answer with what was asked for. */
  told(response: Response, receipt: Receipt): Response
}

/** Tells callers that are believed what they ask for. Made by `receipts` of `selvedge/cloud`. */
export interface Receipts {
  /** Is there a grant for this name, of one who is a stranger otherwise? */
  isGranted(headers: HeaderSource, name: string, now: number): Promise<boolean>
  /** @returns nothing where the request asks for nothing that they are needed for. @param headers that are believed. */
  notes(headers: HeaderSource, request: Request, random: Random, clock: Clock): Notes | undefined
}

/** @param grants knows grants by their seal; without it nobody is granted anything. */
export type ReceiptsMaker = (grants: Seal | undefined) => Receipts
