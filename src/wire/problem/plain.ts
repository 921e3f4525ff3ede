/** A problem (RFC 9457) about a path that is the mesh's own: of no service, so that no caller's protocol and no code say it. */

/** @param headers further ones. */
export function plainProblem(
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { type: 'about:blank', title, status, detail },
    {
      status,
      headers: { ...headers, 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff' },
    },
  )
}
