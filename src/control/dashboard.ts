/** The dashboard: its page and what that loads, as they were built. The page knows nothing; what it shows it asks of the API, with the token of who signs in. */
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { createMiddleware } from 'hono/factory'
import { isConfigured } from '../admin/auth/tokens.ts'
import type { AdminEnv } from '../admin/env.ts'
import { plainProblem } from '../wire/problem/plain.ts'

/** The files of the dashboard by the path behind `/-/`; `''` is the page. */
export type DashboardFiles = Readonly<Record<string, string>>

/** Only what stands here runs, and only here is asked. Styles are never inline: what one sets by script is not asked for. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Asked for again each time, and answered by 304 until another version is deployed.
  'cache-control': 'no-cache',
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

export function dashboard(files: DashboardFiles): Hono<AdminEnv> {
  // As the API: where no token is configured there is nothing.
  const configured = createMiddleware<AdminEnv>(async (c, next) => (isConfigured(c.env) ? next() : c.notFound()))
  const app = new Hono<AdminEnv>()
  for (const [file, text] of Object.entries(files)) {
    const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'text/html; charset=utf-8'
    app
      .use(`/-/${file}`, configured)
      .get(`/-/${file}`, etag({ retainedHeaders: Object.keys(HEADERS) }), (c) =>
        c.body(text, 200, { ...HEADERS, 'content-type': type }),
      )
      .all(`/-/${file}`, ({ req }) =>
        plainProblem(405, 'Method not allowed', `The dashboard is read by GET or HEAD, not ${req.method}.`, {
          allow: 'GET, HEAD',
        }),
      )
  }
  return app
}
