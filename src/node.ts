/** Functions that are no Workers: their handlers behind Node's http server and in Lambda, and the record that guards them. */

export type { LambdaContext, LambdaEvent } from './bridge/event-request.ts'
export {
  invokedByMesh,
  type LambdaResult,
  type LambdaRuntime,
  lambdaHandler,
  lambdaStream,
} from './bridge/lambda.ts'
export { type NodeAnswer, nodeListener } from './bridge/node.ts'
export type { NodeRequest } from './bridge/node-request.ts'
export { type OwnRecordOptions, ownRecord } from './registry/own-record.ts'
