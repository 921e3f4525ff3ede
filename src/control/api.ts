/** What stands under `/-/`, but for the health that the mesh tells by itself. */
import { Hono } from 'hono'
import { plainProblem } from '../wire/problem/plain.ts'
import { schema } from './schema.ts'

export function api(): Hono {
  return (
    new Hono()
      .route('/-/api/v1/schema', schema())
      .notFound(({ req }) => plainProblem(404, 'Not found', `Nothing stands under ${req.path}.`))
      // The platform logs it; the reader, who may be anyone, has the mesh's 503.
      .onError((cause) => {
        throw cause
      })
  )
}
