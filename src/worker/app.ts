/** What the mesh answers by itself: everything under `/-/` on a mesh host. Requests that are forwarded never enter here. */
import { Hono } from 'hono/tiny'

declare const SELVEDGE_VERSION: string

/** The version of this build. */
export const version: string = typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : '0.0.0'

export function app(): Hono {
  const app = new Hono()
  app.get('/-/healthz', (c) => c.json({ status: 'ok', version }))
  app.notFound((c) =>
    c.body(
      JSON.stringify({
        type: 'about:blank',
        title: 'Not found',
        status: 404,
        detail: `Nothing stands under ${c.req.path}.`,
      }),
      404,
      { 'content-type': 'application/problem+json' },
    ),
  )
  return app
}
