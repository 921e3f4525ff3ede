/** What is AWS's own among headers and query parameters: it speaks for us, so a caller's does not travel on. */

export function isAmazons(name: string): boolean {
  return /^x-amz-/i.test(name)
}
