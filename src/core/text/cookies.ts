/** Cookies of a request, one by one. */

/**
 * The pairs of a `cookie` header, as they came. HTTP/2 sends several headers (RFC 9113 §8.2.3), which the platform joins with a
 * comma: a comma parts two cookies where the name of another follows.
 */
export function cookiesOf(header: string): string[] {
  return header.split(/;\s*|,\s+(?=[^\s=;,]+=)/)
}
