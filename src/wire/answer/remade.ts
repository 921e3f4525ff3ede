/** Responses made anew, since those that came over the network take no other headers. */

/** Statuses whose responses have no content (the Fetch standard). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * The same response with headers that can be written; `undefined` where it must go on as it is: a switched protocol is the
 * connection's own affair, and a status above 599, which the network may bring, is one that nobody can make.
 *
 * @param body in place of its own.
 */
export function remade(response: Response, body: BodyInit | null = response.body): Response | undefined {
  const { status } = response
  if (status < 200 || status > 599) return undefined
  return new Response(BODILESS.has(status) ? null : body, response)
}
