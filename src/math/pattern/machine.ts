/**
 * Runs programs, all at once. All ways are gone together (Thompson 1968, as told by Russ Cox), so that no text makes it turn
 * back: at worst a character costs one look at each step. Where a set of ways was met before, the next one is known, and a
 * character costs one look in all (a deterministic machine, made as it is needed, as RE2 does).
 */
import { program, type Step, weightOf } from './program.ts'
import { countUpTo } from './ranges.ts'
import { parse } from './syntax.ts'

/** Several patterns, asked at once. */
export interface Patterns<Of> {
  /** What stands for those that match the whole text; `undefined` where none does. */
  of(text: string): Of | undefined
  /** Steps of all together: so many looks may a character of a text cost. */
  readonly steps: number
}

/** A set of ways, after some text. */
interface State<Of> {
  /** The steps that may take the next character. */
  readonly takes: readonly number[]
  /** What stands for the patterns that match, if the text ends here. */
  readonly found: Of | undefined
  /** By the kind of the next character. */
  readonly next: Map<number, State<Of>>
}

/** Steps, patterns and kinds of characters that are remembered, at most, for each step of the programs and in all: a text may be chosen to meet ever new ones. */
const KEPT_PER_STEP = 64
const MOST_KEPT = 131_072
/** Looks without remembering, for each thing that was remembered in vain: to begin anew at once would cost more than it gives. */
const LOOKS_PER_KEPT = 16

export function machine<Of>(sources: readonly string[], gather: (numbers: readonly number[]) => Of): Patterns<Of> {
  const steps: Step[] = []
  const entries = sources.map((source, number) => program(parse(source), steps, number))
  // The steps as numbers: at worst each is looked at for each character, and to look at an object costs several times as much.
  const numbers = new Map<unknown, number>()
  const sets: (readonly number[])[] = []
  const setOf = Int32Array.from(steps, (step) => (step.op === 'take' ? numberOf(step.edges) : -1))
  const nextOf = Int32Array.from(steps, (step) => (step.op === 'match' ? -1 : step.to))
  /** In which round it was last asked whether a set has the character, and what came of it: many steps share one. */
  const askedIn = new Float64Array(sets.length)
  const holds = new Uint8Array(sets.length)
  /** Where a set of characters begins or ends: those between two of them are of one kind, which no step tells apart. */
  const cuts = [...new Set(sets.flat())].sort(ascending)
  const kindsOfAscii = Array.from({ length: 128 }, (_, code) => countUpTo(cuts, code))

  /** In which round a step was last reached. */
  const reached = new Float64Array(steps.length)
  let round = 0
  /** The steps reached in this round that may take the next character: the first `count` of these. */
  const takes = new Array<number>(steps.length).fill(0)
  let count = 0
  /** The patterns that match, if the text ends here. */
  let matches: number[] = []

  const states = new Map<string, State<Of>>()
  let start: State<Of> | undefined
  /** How much is remembered, and may be. */
  let kept = 0
  const most = Math.min(MOST_KEPT, KEPT_PER_STEP * steps.length)
  /** Looks still to be taken without remembering. */
  let plain = 0

  return { of, steps: weightOf(steps) }

  function numberOf(edges: readonly number[]): number {
    let number = numbers.get(edges)
    if (number === undefined) {
      const key = edges.join()
      number = numbers.get(key) ?? sets.push(edges) - 1
      numbers.set(edges, number).set(key, number)
    }
    return number
  }

  function of(text: string): Of | undefined {
    if (plain <= 0) start ??= stateOf(begin)
    // Where there is none, what is reached stands in `takes` and `matches` alone.
    let state = start
    if (!state) begin(text === '')
    for (let at = 0; at < text.length; ) {
      const from = state ? state.takes : takes.slice(0, count)
      if (from.length === 0) return undefined
      const code = text.codePointAt(at) as number
      at += code > 0xffff ? 2 : 1
      if (state) {
        const kind = kindsOfAscii[code] ?? countUpTo(cuts, code)
        state = state.next.get(kind) ?? learn(state, kind, code)
      } else plain -= from.length
      if (!state) advance(from, code, at === text.length)
    }
    return state ? state.found : gathered()
  }

  /** What follows a state by a character; `undefined` where that would be too much, and all is forgotten. */
  function learn({ takes, next }: State<Of>, kind: number, code: number): State<Of> | undefined {
    const state = stateOf((isEnd) => advance(takes, code, isEnd))
    kept += 1
    if (kept > most) {
      plain = LOOKS_PER_KEPT * kept
      states.clear()
      start = undefined
      kept = 0
      return undefined
    }
    next.set(kind, state)
    return state
  }

  /** The state of what is reached: one and the same for the same. */
  function stateOf(reach: (isEnd: boolean) => void): State<Of> {
    reach(false)
    const found = takes.slice(0, count).sort(ascending)
    reach(true)
    const key = `${found.join()}/${matches.sort(ascending).join()}`
    const known = states.get(key)
    if (known) return known
    kept += found.length + matches.length + 4
    const state = { takes: found, found: gathered(), next: new Map<number, State<Of>>() }
    states.set(key, state)
    return state
  }

  function gathered(): Of | undefined {
    return matches.length > 0 ? gather(matches.sort(ascending)) : undefined
  }

  function begin(isEnd: boolean): void {
    clear()
    for (const entry of entries) reach(entry, true, isEnd)
  }

  function advance(from: readonly number[], code: number, isEnd: boolean): void {
    clear()
    for (const index of from) {
      const set = setOf[index] as number
      if (askedIn[set] !== round) {
        askedIn[set] = round
        holds[set] = countUpTo(sets[set] as readonly number[], code) % 2
      }
      if (holds[set] === 1) reach(nextOf[index] as number, false, isEnd)
    }
  }

  function clear(): void {
    round += 1
    count = 0
    matches = []
  }

  /** A step, and all that follow without taking a character. */
  function reach(from: number, isStart: boolean, isEnd: boolean): void {
    for (let index = from; reached[index] !== round; ) {
      reached[index] = round
      if ((setOf[index] as number) >= 0) {
        takes[count++] = index
        return
      }
      const step = steps[index] as Step
      if (step.op === 'match') matches.push(step.number)
      else if (step.op === 'fork') {
        reach(step.to, isStart, isEnd)
        index = step.or
      } else if (step.op === 'start' ? isStart : isEnd) index = step.to
    }
  }
}

function ascending(one: number, other: number): number {
  return one - other
}
