/** What a caller that is believed has asked for besides its answer: why it is so, by which records, and how new they must be. */
import type { Choosing } from '../features/balance/choose.ts'
import type { Seal } from '../core/seal.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Found } from '../registry/known.ts'

export interface Inquiry {
  /** The revision of the mesh that the records must have, at least. */
  readonly minRevision: number | undefined
  /** Notes more than each call can afford. `undefined` where nothing is to be told. */
  readonly notes: Notes | undefined
}

/** Notes of one call. */
export interface Notes {
  /** A name was looked up. */
  lookedUp(name: string, found: Found | undefined): void
  /** Runs what chooses a backend by chance. */
  drawing<Of>(choose: () => Of): Of
  /** Runs what chooses the endpoint of an attempt, in the place of a call to `choose`. */
  choosing: NonNullable<NonNullable<Choosing['inquiry']>['notes']>['choosing']
  /** The answer with what was asked for. */
  told(response: Response, receipt: Receipt): Response
}

/** Tells callers that are believed what they ask for. Made by `receipts` of `selvedge/cloud`. */
export interface Receipts {
  /** Is there a grant for this name, of one who is a stranger otherwise? */
  isGranted(headers: Headers, name: string, now: number): Promise<boolean>
  /** Notes for a request; `undefined` where it asks for none. */
  notes(request: Request, random: Random, clock: Clock): Notes | undefined
}

/** @param grants knows grants by their seal; without it nobody is granted anything. */
export type ReceiptsMaker = (grants: Seal | undefined) => Receipts
