/** What the mesh told a function, for the demo to show: a function need not look at any of it. */

export interface Told {
  /** Time left for the answer when the request arrived, in milliseconds. */
  timeoutMs: number
  /** The trace that the request belongs to. */
  trace: string
}

export function told({ headers }: Request): Told {
  return {
    timeoutMs: Number(headers.get('selvedge-timeout-ms')),
    trace: headers.get('traceparent')?.split('-')[1] ?? '',
  }
}
