/** Node's `fetch`, with headers that fit the content: Node decodes what is compressed, and leaves the headers as they came. */

/**
 * An answer that is passed on by its headers would say of plain content that it is compressed. So compression is between Node and the
 * endpoint alone: it is asked for as Node can read it, and gone from the answer.
 */
export const decodedFetch: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  // Left out, Node asks for what it decodes. What else a caller takes would come through as it is, or not be read at all.
  headers.delete('accept-encoding')
  const response = await fetch(input as RequestInfo, { ...init, headers })
  const { status, statusText, body } = response
  // An answer to HEAD has none, and says how long another would be.
  if (!body || !response.headers.has('content-encoding')) return response
  const kept = new Headers(response.headers)
  for (const name of ['content-encoding', 'content-length']) kept.delete(name)
  return new Response(body, { status, statusText, headers: kept })
}
