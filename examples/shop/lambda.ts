/** The payment function as an AWS Lambda, on loopback: every call's signature is checked with AWS's own signer. */
import { type LambdaFake, REGION, startLambda } from '../../test/support/lambda-fake.ts'
import type { Answer } from './shop.ts'

/** As much of an event as the function reads (payload format 2.0). */
interface Event {
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What a Node handler of a Lambda function would be: it knows nothing of the mesh. */
function handler({ headers }: Event) {
  const answer: Answer = {
    service: 'payment',
    at: 'lambda',
    told: {
      timeoutMs: Number(headers['selvedge-timeout-ms']),
      trace: headers.traceparent?.split('-')[1] ?? '',
    },
  }
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) }
}

/** @param port 0 takes any that is free. */
export async function startPaymentLambda(port: number): Promise<LambdaFake> {
  const lambda = await startLambda(port)
  lambda.functions.payment = handler
  return lambda
}

/** The endpoint that a record says. */
export function lambdaEndpoint(endpointUrl: string) {
  return { lambda: { function: 'payment', region: REGION, secret: 'AWS', endpointUrl } }
}
