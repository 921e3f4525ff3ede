/** Copies responses, since the headers of one that came over the network cannot be changed. */

/** Statuses that have no body (the Fetch standard). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * A copy of the response whose headers can be changed. `undefined` where no copy can be made: of a 101 (a switched protocol
 * belongs to its connection), and of a status above 599, which the network may bring and the constructor refuses.
 *
 * @param body replaces the body of the response.
 */
export function remade(response: Response, body: BodyInit | null = response.body): Response | undefined {
  const { status } = response
  if (status < 200 || status > 599) return undefined
  return new Response(BODILESS.has(status) ? null : body, response)
}
