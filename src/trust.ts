/** Who calls and what they may do. */

export type { CallerClass, Proof } from './core/caller.ts'
export type { AccessNote } from './core/receipt.ts'
export { access } from './mesh/trust/access.ts'
export type { Trust } from './mesh/trust/trust.ts'
