/** The JSON Schema of a record, for editors, which ask from a page of their own and cannot show who they are: it says nothing of this installation. */
import { Hono } from 'hono'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'
import { plainProblem } from '../wire/problem/plain.ts'
import RECORD_SCHEMA from './record-schema.txt'

const ALLOW_ORIGIN = 'access-control-allow-origin'

export function schema(): Hono {
  return new Hono()
    .get('/', etag({ retainedHeaders: [...RETAINED_304_HEADERS, ALLOW_ORIGIN] }), (c) =>
      c.body(RECORD_SCHEMA, 200, {
        'content-type': 'application/schema+json',
        'cache-control': 'no-cache',
        [ALLOW_ORIGIN]: '*',
      }),
    )
    .all('/', ({ req }) =>
      plainProblem(405, 'Method not allowed', `The schema is read by GET or HEAD, not ${req.method}.`, {
        allow: 'GET, HEAD',
      }),
    )
}
