/** Sends to an address. */

/** `base` has no closing slash; `path` begins with one. */
export function sendToUrl(
  fetch: typeof globalThis.fetch,
  base: string,
  init: RequestInit,
  { path }: { readonly path: string },
): Promise<Response> {
  return fetch(base + path, init)
}
