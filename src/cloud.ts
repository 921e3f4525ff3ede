/** What most meshes do not need: Lambda functions, addresses that want a signature or an id token, sealed sessions, and receipts. */
export { type Seal, seal } from './core/seal.ts'
export type { Receipts, ReceiptsMaker } from './mesh/receipts/inquiry.ts'
export { receipts } from './mesh/receipts/receipts.ts'
export { type RegistryObjects, type RegistryReader, readThrough } from './registry/read-through.ts'
export type { Cloud, CloudMaker } from './targets/cloud.ts'
export { cloud } from './targets/clouds.ts'
