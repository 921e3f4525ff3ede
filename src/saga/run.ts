/** Runs a saga on durable steps: forward, and where it is refused before its pivot back again, each undo once by its key. */
import type { SagaTold } from '../core/saga/told.ts'
import { type Clock, within } from '../core/time/clock.ts'
import type { Book } from './book.ts'
import type { Call, Step, StepContext, UndoContext } from './forms.ts'
import { keysOf, UNDO_SUFFIX } from './key.ts'
import { type Decision, parking } from './park.ts'
import type { Definition } from './saga.ts'
import type { Patience, Steps } from './steps.ts'
import { Refused, reasonOf, type Verdict, whyNot } from './verdict.ts'

/** What a saga is started with. */
export interface Started {
  readonly saga: string
  /** Default: the newest that the code has. */
  readonly version?: number
  readonly input?: unknown
  /** The Workflow, by its name in the Worker that started it. */
  readonly binding?: string
}

export interface Means {
  readonly id: string
  readonly steps: Steps
  /** Calls under this key, with `timeoutMs` to go. */
  call(key: string, timeoutMs: number): Call
  /** What is kept of what a step gave. */
  kept(given: unknown): Promise<unknown>
  /** Of all its calls: 32 hex digits. */
  readonly traceId: string
  readonly clock: Clock
  readonly book: Book | undefined
}

/** How it ended. */
export type Outcome = {
  readonly outcome: 'completed' | 'compensated' | 'compensation_incomplete'
  /** Why it turned back. */
  readonly because?: string
  /** Steps and undos that somebody decided to leave out. */
  readonly skipped?: readonly string[]
}

/** Milliseconds that an attempt may take; what it calls has a second less, so that the answer is the mesh's own. */
const ATTEMPT_MS = 30_000
const CALL_MS = ATTEMPT_MS - 1000
const FORWARD_ATTEMPTS = 4
const UNDO_ATTEMPTS = 8
const FORWARD: Patience = { attempts: FORWARD_ATTEMPTS, timeoutMs: ATTEMPT_MS }
const UNDO: Patience = { attempts: UNDO_ATTEMPTS, timeoutMs: ATTEMPT_MS }
/** At the pivot and behind it nothing is given up. */
const ENDLESS: Patience = { attempts: 1e9, timeoutMs: ATTEMPT_MS }
/** The list of sagas may be away: a saga waits for so many attempts, of so many milliseconds, to be told. */
const TOLD = 3
const TELL_MS = 3000
/** From this attempt on a step that is repeated for ever is told to be late. */
const LATE = 5

interface Begun {
  readonly version: number
  /** Empty where no code was there. */
  readonly fingerprint: string
  readonly at: number
}

/** @param known the saga of this name and version, or the newest of the name; `undefined` where the code has none. */
export async function run(
  known: (name: string, version: number | undefined) => Definition | undefined,
  { saga, version, input, binding }: Started,
  { id, steps, call, kept, traceId, clock, book }: Means,
): Promise<Outcome> {
  const begun = (await steps.do('definition', ENDLESS, async (attempt) => {
    const definition = known(saga, version)
    const at = { version: definition?.version ?? version ?? 0, fingerprint: definition?.fingerprint ?? '' }
    await told('running', 'definition', undefined, at.version, attempt)
    return { ...at, at: clock.now() } satisfies Begun
  })) as Begun
  const parked = parking(steps, ENDLESS, (state, at, because, attempt) =>
    told(state, at, because, begun.version, attempt),
  )

  let definition = known(saga, begun.version || undefined)
  while (!definition || (begun.fingerprint !== '' && definition.fingerprint !== begun.fingerprint)) {
    const why = definition
      ? `It began as ${begun.fingerprint}, and the code has ${definition.fingerprint}.`
      : `The code has no saga "${saga}"${begun.version ? ` of version ${begun.version}` : ''}.`
    if ((await parked('definition', why)) === 'skip') {
      return end({ outcome: 'compensation_incomplete', because: why, skipped: ['definition'] })
    }
    definition = known(saga, begun.version || undefined)
  }

  const done: Record<string, unknown> = {}
  const back: { readonly step: Step; readonly output: unknown }[] = []
  const skipped: string[] = []
  const endsAt = begun.at + definition.deadlineMs
  let isDecided = false
  for (const step of definition.steps) {
    const verdict = step.event ? await heard(step.name, step.event) : await forward(step)
    if ('ok' in verdict) {
      done[step.name] = verdict.ok
      if (!isDecided) back.unshift({ step, output: verdict.ok })
      isDecided ||= step.kind === 'pivot'
      continue
    }
    const because = whyNot(verdict)
    // Nobody knows whether it was done: it is undone, too, and first.
    if ('gaveUp' in verdict) back.unshift({ step, output: undefined })
    for (const one of back) await undo(one.step, one.output, because)
    const outcome = skipped.length > 0 ? 'compensation_incomplete' : 'compensated'
    return end({ outcome, because, ...(skipped.length > 0 && { skipped }) })
  }
  return end({ outcome: 'completed', ...(skipped.length > 0 && { skipped }) })

  /** Forward until it is done, or there is a reason to turn back. */
  async function forward(step: Step): Promise<Verdict> {
    const mayTurn = !isDecided
    const isEndless = isDecided || step.kind === 'pivot'
    for (let turn = 1; ; turn++) {
      const name = turn === 1 ? step.name : `${step.name} again ${turn - 1}`
      const verdict = await attempted(name, isEndless ? ENDLESS : FORWARD, async (attempt) => {
        // At the pivot an attempt before may have been it: then there is no way back, whatever time it is.
        if (mayTurn && (!isEndless || (turn === 1 && attempt === 1))) await assertWanted(step.name, attempt)
        if (isEndless && attempt === LATE) await told('late', step.name, undefined, begun.version, LATE)
        const context = contextOf(keysOf(id) + step.name, attempt)
        return kept(await step.forward?.(context as StepContext<never, never>))
      })
      if ('ok' in verdict || (mayTurn && ('refused' in verdict || !isEndless))) return verdict
      if (await isSkipped(step.name, whyNot(verdict))) return { ok: undefined }
    }
  }

  async function heard(name: string, event: NonNullable<Step['event']>): Promise<Verdict> {
    const look = (when: string, waitsFor?: string) =>
      attempted(`${name}: ${when}`, ENDLESS, () => assertWanted(name, 1, waitsFor))
    for (let turn = 1; ; turn++) {
      const early = isDecided ? undefined : await look('awaited', event.type)
      if (early && 'refused' in early) return early
      const verdict = await steps
        .waitForEvent(turn === 1 ? name : `${name} again ${turn - 1}`, event.type, event.timeoutMs)
        .then(
          (ok): Verdict => ({ ok }),
          (): Verdict => ({ refused: `No event "${event.type}" came in time.` }),
        )
      // Whoever calls a saga off ends its wait by an event of the same type.
      const late = isDecided || !('ok' in verdict) ? undefined : await look('heard')
      if (late && 'refused' in late) return late
      if ('ok' in verdict || !isDecided) return verdict
      if (await isSkipped(name, whyNot(verdict))) return { ok: undefined }
    }
  }

  async function undo(step: Step, output: unknown, because: string): Promise<void> {
    const { name } = step
    if (!step.undo) return
    const undoes = keysOf(id) + name
    for (let turn = 1; ; turn++) {
      const verdict = await attempted(
        turn === 1 ? `undo ${name}` : `undo ${name} again ${turn - 1}`,
        UNDO,
        async (attempt) => {
          const context = { ...contextOf(undoes + UNDO_SUFFIX, attempt), output, because, undoes }
          await step.undo?.(context as UndoContext<never, never, never>)
        },
      )
      if ('ok' in verdict || (await isSkipped(`undo ${name}`, whyNot(verdict)))) return
    }
  }

  async function isSkipped(at: string, because: string): Promise<boolean> {
    const decision: Decision = await parked(at, because)
    if (decision === 'skip') skipped.push(at)
    return decision === 'skip'
  }

  function contextOf(key: string, attempt: number) {
    return { call: call(key, CALL_MS), input, done: { ...done }, id, key, attempt }
  }

  /** What it comes to, as a value: an engine remembers a value, and not every error (docs/decisions/0106). */
  async function attempted(
    name: string,
    patience: Patience,
    work: (attempt: number) => Promise<unknown>,
  ): Promise<Verdict> {
    try {
      const verdict = await steps.do(name, patience, async (attempt): Promise<Verdict> => {
        try {
          return { ok: await work(attempt) }
        } catch (error) {
          // By its name: a bundle may hold the class twice.
          if (error instanceof Error && error.name === 'Refused') return { refused: reasonOf(error) }
          if (attempt >= patience.attempts) return { gaveUp: reasonOf(error) }
          throw error
        }
      })
      return verdict as Verdict
    } catch (error) {
      // The attempts that the engine has counted are used up: those that hung, or died with their machine.
      return { gaveUp: reasonOf(error) }
    }
  }

  /**
   * @throws {Refused} where nothing was tried yet and nobody wants it any more; an error, where an attempt before may have been
   * it: so it counts as a step of which nobody knows.
   */
  async function assertWanted(step: string, attempt: number, waitsFor?: string): Promise<void> {
    const by = await asked((book) => book.look(id, step, waitsFor)).catch(() => undefined)
    const why = by === undefined ? (clock.now() > endsAt ? 'deadline passed' : undefined) : `cancelled by ${by}`
    if (why === undefined) return
    if (attempt === 1) throw new Refused(why)
    throw new Error(why)
  }

  async function told(
    state: SagaTold['state'],
    step: string,
    because: string | undefined,
    version: number,
    attempt: number,
  ): Promise<void> {
    try {
      await asked((book) => book.tell({ id, saga, version, state, step, because, binding, traceId }))
    } catch (error) {
      if (attempt < TOLD) throw error
    }
  }

  async function asked<Answer>(ask: (book: Book) => Promise<Answer>): Promise<Answer | undefined> {
    return book && within(clock, TELL_MS, ask(book), () => new Error('The list of sagas does not answer.'))
  }

  async function end(outcome: Outcome): Promise<Outcome> {
    await steps.do('end', ENDLESS, (attempt) => told(outcome.outcome, 'end', outcome.because, begun.version, attempt))
    return outcome
  }
}
