/** Other clouds: for a mesh whose records name Lambda functions, or addresses that want a signature or an id token. */
export type { Cloud, CloudMaker } from './transport/cloud.ts'
export { cloud } from './transport/clouds.ts'
