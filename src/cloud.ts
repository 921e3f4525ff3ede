/** What takes keys: Lambda functions, addresses that want a signature or an id token, and sessions whose tickets are sealed. */
export { type Seal, seal } from './core/seal.ts'
export type { Cloud, CloudMaker } from './targets/cloud.ts'
export { cloud } from './targets/clouds.ts'
