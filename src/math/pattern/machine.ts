/**
 * Runs programs, all at once. All ways are gone together (Thompson 1968, as told by Russ Cox), so that no text makes it turn
 * back: at worst a character costs one look at each step. Where a set of ways was met before, the next one is known, and a
 * character costs one look in all (a deterministic machine, made as it is needed, as RE2 does).
 */
import type { Patterns } from './pattern.ts'
import { program, type Step } from './program.ts'
import { includes } from './ranges.ts'
import { parse } from './syntax.ts'

/** A set of ways, after some text. */
interface State<Of> {
  /** The steps that may take the next character. */
  readonly takes: readonly number[]
  /** What stands for the patterns that match, if the text ends here. */
  readonly found: Of | undefined
  /** By the next character; `undefined` where nothing is remembered. */
  readonly next: Map<number, State<Of>> | undefined
}

/** Steps and characters that are remembered, at most, for each step of the programs, and in all: a text may be chosen to meet ever new ones. */
const KEPT_PER_STEP = 16
const MOST_KEPT = 131_072
/** Texts that are read without remembering, where that was too much: to begin anew for each would cost more than it gives. */
const PLAIN_TEXTS = 16

export function machine<Of>(sources: readonly string[], gather: (numbers: readonly number[]) => Of): Patterns<Of> {
  return new Machine(sources, gather)
}

class Machine<Of> implements Patterns<Of> {
  private readonly gather: (numbers: readonly number[]) => Of
  private readonly steps: Step[] = []
  private readonly entries: readonly number[]
  /** In which round a step was last reached. */
  private readonly reached: Uint32Array
  private round = 0
  private states = new Map<string, State<Of>>()
  private start: State<Of> | undefined
  /** How much is remembered, and may be. */
  private kept = 0
  private readonly most: number
  /** Texts still to be read without remembering. */
  private plain = 0

  constructor(sources: readonly string[], gather: (numbers: readonly number[]) => Of) {
    this.gather = gather
    this.entries = sources.map((source, number) => program(parse(source), this.steps, number))
    this.reached = new Uint32Array(this.steps.length)
    this.most = Math.min(MOST_KEPT, KEPT_PER_STEP * this.steps.length)
  }

  of(text: string): Of | undefined {
    let state = this.first(text === '')
    for (let at = 0; at < text.length; ) {
      if (state.takes.length === 0) return undefined
      const code = text.codePointAt(at) as number
      at += code > 0xffff ? 2 : 1
      state = state.next?.get(code) ?? this.advance(state, code, at === text.length)
    }
    return state.found
  }

  private first(isEnd: boolean): State<Of> {
    if (this.plain > 0) this.plain -= 1
    if (this.plain > 0) return this.passing(this.entries, true, isEnd)
    this.start ??= this.stateOf(this.entries, true)
    return this.start
  }

  private advance({ takes, next }: State<Of>, code: number, isEnd: boolean): State<Of> {
    const entries: number[] = []
    for (const index of takes) {
      const step = this.steps[index] as Step & { op: 'take' }
      if (includes(step.ranges, code)) entries.push(step.to)
    }
    if (this.plain > 0) return this.passing(entries, false, isEnd)
    const state = this.stateOf(entries, false)
    this.kept += 1
    next?.set(code, state)
    return state
  }

  /** The set of ways from these steps, not to be remembered: what it finds is right at this place alone. */
  private passing(entries: readonly number[], isStart: boolean, isEnd: boolean): State<Of> {
    const takes: number[] = []
    const matches: number[] = []
    this.follow(entries, isStart, isEnd, (step, index) => {
      if (step.op === 'take') takes.push(index)
      else if (step.op === 'match') matches.push(step.number)
    })
    const found = isEnd && matches.length > 0 ? this.gather(matches.sort(ascending)) : undefined
    return { takes, found, next: undefined }
  }

  /** The set of ways from these steps: one and the same for the same set. */
  private stateOf(entries: readonly number[], isStart: boolean): State<Of> {
    const takes: number[] = []
    const matches: number[] = []
    this.follow(entries, isStart, false, (step, index) => step.op === 'take' && takes.push(index))
    this.follow(entries, isStart, true, (step) => step.op === 'match' && matches.push(step.number))
    takes.sort(ascending)
    matches.sort(ascending)
    const key = `${takes.join()}/${matches.join()}`
    const known = this.states.get(key)
    if (known) return known
    this.kept += takes.length + 4
    if (this.kept > this.most) this.forget()
    const found = matches.length > 0 ? this.gather(matches) : undefined
    const state: State<Of> = { takes, found, next: new Map() }
    this.states.set(key, state)
    return state
  }

  /** Calls for every step that can be reached from these without taking a character. */
  private follow(
    entries: readonly number[],
    isStart: boolean,
    isEnd: boolean,
    call: (step: Step, index: number) => void,
  ) {
    this.nextRound()
    const ahead = [...entries]
    for (let index = ahead.pop(); index !== undefined; index = ahead.pop()) {
      if (this.reached[index] === this.round) continue
      this.reached[index] = this.round
      const step = this.steps[index] as Step
      call(step, index)
      if (step.op === 'fork') ahead.push(step.to, step.or)
      else if ((step.op === 'start' && isStart) || (step.op === 'end' && isEnd)) ahead.push(step.to)
    }
  }

  private forget(): void {
    this.states.clear()
    this.start = undefined
    this.kept = 0
    this.plain = PLAIN_TEXTS
  }

  /** Rounds are told apart by number; before the numbers run out they begin anew. */
  private nextRound(): void {
    this.round += 1
    if (this.round < 0xffffffff) return
    this.reached.fill(0)
    this.round = 1
  }
}

function ascending(one: number, other: number): number {
  return one - other
}
