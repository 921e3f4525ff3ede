/** What most meshes do not need: other clouds, sealed sessions, receipts, and what queues bring delivered by name. */
export { type Seal, seal } from './core/seal.ts'
export { type Batch, type DeadLetter, type Deliver, delivery, type Message } from './mesh/delivery/delivery.ts'
export type { Part } from './mesh/inside.ts'
export type { Receipts, ReceiptsMaker } from './mesh/receipts/inquiry.ts'
export { receipts } from './mesh/receipts/receipts.ts'
export { type RegistryObjects, type RegistryReader, readThrough } from './registry/read-through.ts'
export type { Cloud, CloudMaker } from './targets/cloud.ts'
export { cloud } from './targets/clouds.ts'
