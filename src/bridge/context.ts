/** What a handler is given as `ctx` where the platform has none, and the work that it wants kept alive. */

export interface Kept {
  readonly ctx: ExecutionContext
  /** What was given to `ctx.waitUntil`. It grows while the handler runs. */
  readonly works: readonly Promise<unknown>[]
}

/** @param props what is known of how the request came, as a service binding says it on Workers. */
export function kept(props: object = {}): Kept {
  const works: Promise<unknown>[] = []
  const ctx = {
    waitUntil(work: Promise<unknown>) {
      // How it ends is no business of the request that began it.
      works.push(work.catch(() => {}))
    },
    passThroughOnException() {},
    props,
  } as ExecutionContext
  return { ctx, works }
}
