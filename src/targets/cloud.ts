/** What reaches other clouds: given to a mesh that needs it, so that the others do not carry it. */
import type { LambdaTarget } from './aws/schema.ts'
import type { Credentials } from './credentials.ts'
import type { SagaTarget } from './saga/schema.ts'
import type { Means, Sent } from './sent.ts'

/** Credentials that are made, not copied: a signature, a token. */
export type MadeCredentials = Exclude<Credentials, { type: 'header' }>

export interface Cloud {
  /** Sends to a Lambda function by its Invoke API. */
  lambda(target: LambdaTarget, request: Request, sent: Sent): Promise<Response>
  /** Sends to an address that wants to know who calls. */
  address(url: string, credentials: MadeCredentials, request: Request, sent: Sent): Promise<Response>
  /** Starts a saga, and tells of it. */
  saga(target: SagaTarget, request: Request, sent: Sent): Promise<Response>
}

/** Makes one for a mesh. It remembers keys and tokens, as plain values. */
export type CloudMaker = (means: Means) => Cloud

/** Why there is no road to what needs it. */
export const WITHOUT_CLOUD = 'This mesh was made without `cloud` of selvedge/cloud.'
