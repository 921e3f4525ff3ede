/** An alarm that failed too often is given up by the platform: whoever wakes the object sets it again. */

/** @param nextAt when a turn is to be taken; `undefined`: none, until something is written. */
export function rearm(ctx: DurableObjectState, nextAt: () => number | undefined): void {
  void ctx.blockConcurrencyWhile(async () => {
    const at = nextAt()
    if (at !== undefined && (await ctx.storage.getAlarm()) === null) await ctx.storage.setAlarm(at)
  })
}
