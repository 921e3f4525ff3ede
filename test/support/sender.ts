/** A caller that sends its body as a test says: slowly, not at all, or not to its end. */

export interface Sender {
  readonly request: Request
  send(what: string | Uint8Array): void
  end(): void
  fail(reason: unknown): void
  /** Why nobody wanted more of it; `undefined` while somebody does. */
  reason(): unknown
}

export function sending(url = 'http://users/', init: RequestInit = {}): Sender {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let reason: unknown
  const body = new ReadableStream<Uint8Array>({
    start(started) {
      controller = started
    },
    cancel(why) {
      reason = why
    },
  })
  return {
    request: new Request(url, { method: 'PUT', body, duplex: 'half', ...init } as RequestInit),
    send: (what) => controller?.enqueue(typeof what === 'string' ? new TextEncoder().encode(what) : what),
    end: () => controller?.close(),
    fail: (why) => controller?.error(why),
    reason: () => reason,
  }
}
