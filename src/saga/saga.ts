/** Sagas as they are written: steps in order, each with what takes it back, and one after which there is no way back. */
import { durationMs } from './duration.ts'
import type { EventOptions, Forward, Kept, Step, Undo } from './forms.ts'

/** A saga by its name and version, whatever its types. */
export interface Definition {
  readonly name: string
  readonly version: number
  /** Milliseconds from its start in which the pivot is begun. `Infinity` where nobody said. */
  readonly deadlineMs: number
  readonly steps: readonly Step[]
  /** What tells it from another of the same version: `2:reserve/c,charge/p,ship/r`. */
  readonly fingerprint: string
}

export interface SagaOptions {
  /** A whole number from 1. Raise it with every change of the steps, and keep the old saga until none of its version runs. Default 1. */
  version?: number
  /** A step before or at the pivot that would begin later is refused: `"10m"`. Default: none. */
  deadline?: string
}

type With<Done, Name extends string, Output> = Done & { readonly [Key in Name]: Output }

/** Before the pivot: what is done can be undone. */
export interface Saga<Input, Done = object> extends Definition {
  /**
   * @param undo takes it back. It is called for a step that was done, and for one of which nobody knows; it must succeed for a key
   * that the service has never seen, and refuse that key from then on. Left out where nothing needs to be taken back.
   * @throws {TypeError} for a name that was there before, or is none.
   */
  step<Name extends string, Output>(
    name: Name,
    forward: Forward<Input, Done, Output>,
    undo?: Undo<Input, Done, Kept<Awaited<Output>>>,
  ): Saga<Input, With<Done, Name, Kept<Awaited<Output>>>>
  /** Waits for an event; what it brings is given to the steps behind. Where none comes in time the saga turns back. */
  event<Name extends string>(name: Name, options: EventOptions): Saga<Input, With<Done, Name, unknown>>
  /** The step that decides: refused, the saga turns back; done, it goes on to its end. It is repeated until it is one or the other. */
  pivot<Name extends string, Output>(
    name: Name,
    forward: Forward<Input, Done, Output>,
  ): Decided<Input, With<Done, Name, Kept<Awaited<Output>>>>
}

/** After the pivot: only forward. */
export interface Decided<Input, Done = object> extends Definition {
  /** Repeated until it is done; a refusal parks the saga. */
  step<Name extends string, Output>(
    name: Name,
    forward: Forward<Input, Done, Output>,
  ): Decided<Input, With<Done, Name, Kept<Awaited<Output>>>>
  /** Where none comes in time the saga is parked. */
  event<Name extends string>(name: Name, options: EventOptions): Decided<Input, With<Done, Name, unknown>>
}

/** What a step may be called: it stands in a key, and in the names of the engine's own steps. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
/** The longest that Workflows waits. */
const YEAR_MS = 365 * 86_400_000
/** The executor needs these itself; an undo's key ends in the last. */
const TAKEN = ['definition', 'end', 'undo']

/**
 * A business transaction across services: all of it is done, or none, or it is parked where somebody sees it.
 *
 * @example
 * const placeOrder = saga<Order>('place-order')
 *   .step('reserve', ({ call, input }) => call('http://credit/reservations', post(input)),
 *     ({ call, undoes }) => call(`http://credit/reservations/${undoes}`, { method: 'DELETE' }))
 *   .pivot('approve', ({ call, id }) => call(`http://orders/${id}/approve`, { method: 'POST' }))
 *
 * @throws {TypeError} for a name, version or deadline that is none.
 */
export function saga<Input>(name: string, { version = 1, deadline }: SagaOptions = {}): Saga<Input> {
  if (!NAME.test(name)) throw new TypeError(`A saga is called by letters, digits, ".", "_" and "-"; got "${name}".`)
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new TypeError(`version is a whole number from 1; got ${version}.`)
  }
  const deadlineMs = deadline === undefined ? Number.POSITIVE_INFINITY : durationMs(deadline, 'deadline')
  return chain({ name, version, deadlineMs, steps: [], fingerprint: `${version}:` }) as Saga<Input>
}

type Run = NonNullable<Step['forward']>

function chain(of: Definition): object {
  const isDecided = of.steps.some(({ kind }) => kind === 'pivot')
  const then = (step: Step, letter: string) => {
    const { name } = step
    if (!NAME.test(name) || TAKEN.includes(name)) throw new TypeError(`A step cannot be called "${name}".`)
    if (of.steps.some((other) => other.name === name)) throw new TypeError(`${of.name} has a step "${name}" already.`)
    const steps = [...of.steps, step]
    return chain({ ...of, steps, fingerprint: `${of.fingerprint}${of.steps.length ? ',' : ''}${name}/${letter}` })
  }
  return {
    ...of,
    step(name: string, forward: Run, undo?: Step['undo']) {
      if (isDecided && undo) throw new TypeError(`"${name}" comes after the pivot: there is no way back, so no undo.`)
      return then({ name, kind: 'step', forward, undo }, isDecided ? 'r' : undo ? 'c' : 'n')
    },
    event(name: string, { type, timeout }: EventOptions) {
      if (!/^[\w.-]{1,100}$/.test(type))
        throw new TypeError(`An event's type is letters, digits, ".", "_", "-"; got "${type}".`)
      const timeoutMs = durationMs(timeout, 'timeout')
      if (timeoutMs > YEAR_MS) throw new TypeError(`timeout is 365 days at most; got "${timeout}".`)
      return then({ name, kind: 'event', event: { type, timeoutMs } }, 'e')
    },
    pivot(name: string, forward: Run) {
      if (isDecided) throw new TypeError(`${of.name} has a pivot already; "${name}" is a step after it.`)
      return then({ name, kind: 'pivot', forward }, 'p')
    },
  }
}
