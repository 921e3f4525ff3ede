/** How long a body is, where the platform knows. */

// workerd writes `content-length` by what it knows of the stream, and shows that to whoever inspects one. What a header
// says may be copied from another request (docs/decisions/0036).
const LENGTH = Object.getOwnPropertySymbols(ReadableStream.prototype).find(
  ({ description }) => description === 'length',
)

/**
 * In bytes; `undefined` where it is not known.
 *
 * @param said by the request's header: relied on only where workerd no longer shows what it knows.
 */
export function knownLength(body: ReadableStream, said: () => string | null): number | undefined {
  if (LENGTH) {
    const length: bigint | undefined = Reflect.get(body, LENGTH)
    return length === undefined ? undefined : Number(length)
  }
  const length = 'FixedLengthStream' in globalThis ? said() : null
  return length === null ? undefined : Number(length)
}
