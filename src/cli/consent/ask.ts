/** Asks an address outside the mesh whether it agrees to be sent events: the handshake of CloudEvents' HTTP webhooks (1.0.2, section 4). */

export interface Consent {
  readonly isGiven: boolean
  /** Requests a minute that it allows, or `*`; `undefined` where it does not say. */
  readonly rate: string | undefined
  /** In words. */
  readonly told: string
}

const ANSWER_MS = 5_000

/**
 * Never fails: whoever does not answer has not agreed.
 *
 * @param origin who would send: a DNS name.
 */
export async function askConsent(address: string, origin: string, fetch: typeof globalThis.fetch): Promise<Consent> {
  let answer: Response
  try {
    const headers = { 'webhook-request-origin': origin }
    const signal = AbortSignal.timeout(ANSWER_MS)
    answer = await fetch(address, { method: 'OPTIONS', headers, redirect: 'manual', signal })
  } catch (error) {
    return {
      isGiven: false,
      rate: undefined,
      told: `did not answer: ${error instanceof Error ? error.message : error}`,
    }
  }
  await answer.body?.cancel().catch(() => {})
  const allowed = answer.headers.get('webhook-allowed-origin')?.trim()
  const rate = answer.headers.get('webhook-allowed-rate')?.trim()
  // The status says nothing of it (section 4.2).
  const isGiven = allowed === '*' || allowed?.toLowerCase() === origin.toLowerCase()
  return {
    isGiven,
    rate,
    told: isGiven ? `allows ${rate ?? 'any number'} a minute` : `answered ${answer.status} without consent`,
  }
}
