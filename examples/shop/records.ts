/** The three places of the payment function, each as the record that stands in KV. */
import { lambdaEndpoint } from './lambda.ts'
import type { Shop } from './shop.ts'

/** By what the function there says of itself: `at`. */
export function paymentRecords({ payment, lambda }: Pick<Shop, 'payment' | 'lambda'>) {
  return {
    worker: JSON.stringify({ endpoints: [{ binding: 'PAYMENT' }] }),
    node: payment.url,
    lambda: JSON.stringify({ endpoints: [lambdaEndpoint(lambda.url)] }),
  }
}
