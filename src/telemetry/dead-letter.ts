/** A dead letter: a message that could not be delivered, with the reason, as whoever keeps it gets it. */

export interface DeadLetter {
  readonly specversion: '1.0'
  /** That of the message: two letters with one id are one message. */
  readonly id: string
  readonly type: 'selvedge.dead-letter'
  readonly source: 'urn:selvedge:mesh'
  /** The name that was called, where the message says it. */
  readonly subject?: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly traceparent?: string
  readonly data: {
    readonly reason: string
    readonly detail: string
    /** What the receiver answered last, where it did. */
    readonly status?: number
    readonly answer?: string
    /** The queue that it came from, and its number there. */
    readonly queue: string
    readonly messageId: string
    readonly sentAt: string
    readonly attempts: number
    /** The service that did not get it, where that is known. */
    readonly to?: string
    /** How the Worker that delivers calls the queue, where that is known. */
    readonly binding?: string
    /** The message as it came; bytes are in base64. */
    readonly message: unknown
    readonly isBase64Encoded?: true
  }
}

/** The `type` of a message that is a request; what has another is an event. */
export const REQUEST = 'selvedge.request'

/** As much of the object `DeadLettersObject` as who delivers needs. */
export interface DeadLetterSink {
  /** False: there is no room. It is to come again. */
  keep(letter: string): Promise<boolean>
}

/** Where `DEAD_LETTERS` is a Durable Object. */
export interface DeadLettersNamespace {
  getByName(name: string): DeadLetterSink
}

/** The name of the one object that all dead letters go to. */
export const DEAD_LETTERS_NAME = 'dead-letters'
