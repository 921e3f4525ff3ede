/** What goes on when its caller has gone: messages that could not be delivered, and sagas. */
import type { Asking } from '../asking.ts'
import type { LettersOptions, LetterView, LetterWholeView, RedrivenView } from '../views/letters.ts'
import type { Page } from '../views/records.ts'
import type { SagasOptions, SagaView, Why } from '../views/sagas.ts'

export interface LaterClient {
  /** Messages that could not be delivered, the newest first. */
  deadLetters(options?: LettersOptions): Promise<Page<LetterView>>
  /** One of them, with its message; `undefined`: there is none. */
  deadLetter(id: string): Promise<LetterWholeView | undefined>
  /**
   * Puts it into its queue again.
   *
   * @param to a record with a queue and `deliverTo`, by which it is delivered in place of its own.
   */
  redrive(id: string, to?: string): Promise<RedrivenView>
  /** @param message why: 256 bytes at most. It is in the audit. */
  dropDeadLetter(id: string, message: string): Promise<void>
  /** The newest first. */
  sagas(options?: SagasOptions): Promise<Page<SagaView>>
  /** `undefined`: there is no such saga. */
  saga(id: string): Promise<SagaView | undefined>
  /** What a parked saga is to do: `retry` where it stands, or `skip` it and go on. */
  decideSaga(id: string, decision: 'retry' | 'skip', why?: Why): Promise<SagaView>
  /** Calls it off: at its next step before the pivot it turns back. */
  cancelSaga(id: string, why?: Why): Promise<SagaView>
}

export function laterClient({ ask, askIfThere }: Asking): LaterClient {
  return {
    deadLetters: ({ queue, reason, service, status, limit, cursor } = {}) =>
      ask('GET', '/dead-letters', { query: { queue, reason, service, status, limit, cursor } }),
    deadLetter: (id) => askIfThere(`/dead-letters/${id}`),
    redrive: (id, to) => ask('POST', `/dead-letters/${id}/redrive`, { json: { to } }),
    async dropDeadLetter(id, message) {
      await ask('DELETE', `/dead-letters/${id}`, { query: { message } })
    },
    sagas: ({ state, saga, version, limit, cursor } = {}) =>
      ask('GET', '/sagas', { query: { state, saga, version, limit, cursor } }),
    saga: (id) => askIfThere(`/sagas/${encodeURIComponent(id)}`),
    decideSaga: (id, decision, { message } = {}) =>
      ask('POST', `/sagas/${encodeURIComponent(id)}/decision`, { json: { decision, message } }),
    cancelSaga: (id, { message } = {}) => ask('POST', `/sagas/${encodeURIComponent(id)}/cancel`, { json: { message } }),
  }
}
