/** gRPC's retry throttle (proposal A6): failures take a token, successes give a part of one, half of them must be there. */
import type { Rules } from '../contender.ts'

// The example of the proposal, which most services copy.
const MAX_TOKENS = 10
const TOKEN_RATIO = 0.1

export function grpcThrottle(): Rules {
  let tokens = MAX_TOKENS
  return {
    budget: () => ({
      deposit() {
        tokens = Math.min(MAX_TOKENS, tokens + TOKEN_RATIO)
      },
      fail() {
        tokens = Math.max(0, tokens - 1)
      },
      tryWithdraw: () => tokens > MAX_TOKENS / 2,
      get balance() {
        return Math.max(0, tokens - MAX_TOKENS / 2)
      },
      stopsUpstream: false,
    }),
  }
}
