/** One of the attempts of a call. */

import type { Upload } from './bytes/upload.ts'
import type { Ended, Ending } from './ending.ts'

export interface Attempt extends Ended {
  /** 1 is the first. */
  readonly number: number
  readonly body: BodyInit | null
  /** What its body is taken from; `undefined` where there is none. */
  readonly upload: Upload | undefined
  /** Could another follow, if this one fails? */
  readonly mayRepeat: boolean
  /** Is it sent while the first is under way? Then it goes elsewhere, or not at all. */
  readonly isHedge: boolean
  /** How it ended, once that was read. All beneath retry share this value, whatever their context. */
  ending: Ending | undefined
  isBounded: boolean
  /** How many retries its answer says were used beneath, as it was written. Its header goes no further. */
  retriesUsed: string | null | undefined
}

/** One that begins. */
export function attempt(
  number: number,
  body: BodyInit | null,
  mayRepeat: boolean,
  isHedge = false,
  upload?: Upload,
): Attempt {
  return { number, body, upload, mayRepeat, isHedge, ending: undefined, isBounded: false, retriesUsed: undefined }
}
