/** What reaches other clouds: given to a mesh that needs it, so that the others do not carry it. */
import type { Credentials, LambdaTarget } from '../core/endpoint.ts'
import type { Roads, Sent } from './send.ts'

/** Credentials that are made, not copied: a signature, a token. */
export type MadeCredentials = Exclude<Credentials, { type: 'header' }>

export interface Cloud {
  /** Sends to a Lambda function by its Invoke API. */
  lambda(target: LambdaTarget, request: Request, sent: Sent): Promise<Response>
  /** Sends to an address that wants to know who calls. */
  address(url: string, credentials: MadeCredentials, request: Request, sent: Sent): Promise<Response>
}

/** Makes one for a mesh. It remembers keys and tokens, as plain values. */
export type CloudMaker = (roads: Roads) => Cloud
