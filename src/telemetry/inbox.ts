/** As much of the object `InboxObject` as who delivers needs: which messages were taken, so that none is brought twice. */

export type Claim =
  /** `token` names this claim, for whoever ends it. */
  | { readonly state: 'new'; readonly token: number }
  /** Another consumer is at it; for `leftMs` more milliseconds at most. */
  | { readonly state: 'running'; readonly leftMs: number }
  | { readonly state: 'done' }

export interface Inbox {
  claim(id: string, leaseMs: number): Promise<Claim>
  done(id: string, keepMs: number): Promise<void>
  release(id: string, token: number): Promise<void>
}

/** The binding `INBOX_OBJECT`. */
export interface InboxNamespace {
  getByName(name: string): Inbox
}
