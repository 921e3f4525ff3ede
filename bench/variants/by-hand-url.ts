/** By hand (by-hand.ts), where the endpoint is a URL. */
import { byHand, outgoing } from './by-hand.ts'
import { urlOf } from './urls.ts'

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

export default {
  fetch(request: Request): Promise<Response> {
    const { url } = request
    const headers = outgoing(request)
    // The platform sets Host from the URL: the name called travels beside it.
    headers['x-forwarded-host'] = url.slice(7, url.indexOf('/', 8))
    return byHand(request, urlOf(url), network, headers, fromNetwork)
  },
}

const network = { fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init) }

/** What came over a connection may have any header of it. */
function fromNetwork(response: Response): Response {
  let isOfConnection = false
  response.headers.forEach((_, name) => {
    if (HOP_BY_HOP.has(name)) isOfConnection = true
  })
  return isOfConnection ? new Response(response.body, response) : response
}
