/** Where a caller is sent: HTTPRequestRedirectFilter of the Gateway API. */
import * as v from 'valibot'
import type { PathModifier } from '../../core/text/replaced-path.ts'
import { hostname, port } from '../../schema/http.ts'
import { object, oneOf } from '../../schema/kit.ts'
import { pathModifier } from '../../schema/path-modifier.ts'

export interface Redirect {
  /** Default: that of the request. */
  scheme?: 'http' | 'https' | undefined
  /** Default: that of the request. */
  hostname?: string | undefined
  path?: PathModifier | undefined
  port?: number | undefined
  /** Default 302. */
  statusCode?: 301 | 302 | 303 | 307 | 308 | undefined
}

export function redirect(): v.GenericSchema<Redirect> {
  return object({
    scheme: v.optional(oneOf('http', 'https')),
    hostname: v.optional(hostname()),
    path: v.optional(pathModifier()),
    port: v.optional(port()),
    statusCode: v.optional(v.picklist([301, 302, 303, 307, 308], 'Expected 301, 302, 303, 307 or 308')),
  })
}
