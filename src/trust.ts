/** Who calls, what they may do, and how often. */

export type { CallerClass, Proof } from './core/caller.ts'
export type { AccessNote, RateNote } from './core/receipt.ts'
export { access } from './mesh/trust/access.ts'
export { rates } from './mesh/trust/counted.ts'
export { trust } from './mesh/trust/keyed.ts'
export type { Rates } from './mesh/trust/rates.ts'
export type { Trust } from './mesh/trust/trust.ts'
export type { TrustOptions } from './mesh/trust/written.ts'
