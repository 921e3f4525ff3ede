/** A batch of messages, as the platform brings it. */

/** As much of a message as is needed. */
export interface Message {
  readonly id: string
  readonly timestamp: Date
  readonly body: unknown
  /** How often it was brought, this time included. */
  readonly attempts: number
  ack(): void
  retry(options?: { delaySeconds?: number }): void
}

export interface Batch {
  /** The name of the queue. */
  readonly queue: string
  readonly messages: readonly Message[]
  /** What waits in it. */
  readonly metadata?: {
    readonly metrics?: { readonly backlogCount: number; readonly oldestMessageTimestamp?: Date } | undefined
  }
}
