/** How long keys wait when they turn, so that nobody is refused at any moment (docs/trust.md). */

/**
 * A key signs when it has been published for so long, in seconds: 60 s until KV shows it everywhere, 30 s in the caches of its locations, 5 s in
 * isolates, rounded up.
 */
export const SIGNS_AFTER_S = 120

/** The key before it may go when the new one has signed for so long, in seconds: the life of a token, and what clocks may differ by. */
export const TOKENS_LIVE_S = 330
