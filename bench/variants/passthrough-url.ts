/** The least a proxy can do where the endpoint is a URL: the yardstick of the others by URL. */
import { urlOf } from './urls.ts'

export default {
  fetch: (request: Request): Promise<Response> => fetch(urlOf(request.url), request),
}
