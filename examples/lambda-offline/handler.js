/** A Lambda function as one is written today: a hono app behind its adapter for AWS. It knows nothing of the mesh. */
import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'

/** The smallest GIF there is. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const app = new Hono()
  .get('/image/:id', (c) =>
    c.json({
      id: c.req.param('id'),
      width: c.req.query('w'),
      host: c.req.header('host'),
      trace: c.req.header('traceparent'),
    }),
  )
  .get('/pixel.gif', (c) => c.body(GIF, 200, { 'content-type': 'image/gif' }))
  .get('/cookies', (c) => {
    c.header('set-cookie', 'a=1; Path=/', { append: true })
    c.header('set-cookie', 'b=2; Path=/', { append: true })
    return c.text(c.req.header('cookie') ?? 'none')
  })
  .post('/echo', async (c) => c.body(await c.req.arrayBuffer(), 201, { 'content-type': 'application/octet-stream' }))
  .get('/missing', (c) => c.notFound())

export const thumbnails = handle(app)

/** Fails as a function fails that hono has no part in. */
export async function broken() {
  throw new RangeError('It broke.')
}
