/** Regular expressions that cannot run away: the time of a test is the length of the text times that of the expression. */
import { program, type Step } from './program.ts'
import { includes, type Ranges } from './ranges.ts'
import { parse } from './syntax.ts'

export interface Pattern {
  /** Does the whole text match? */
  test(text: string): boolean
}

/** Characters of an expression, at most. */
const MAX_SOURCE = 4096

/**
 * A pattern of a subset of RE2's syntax: literals, `.`, classes (`[a-z]`, `[^/]`, `\d \w \s \D \W \S`), groups with and
 * without names, `|`, `* + ? {n} {n,} {n,m}` greedy or lazy, `^ $ \A \z`, `\xHH`, `\x{HHHH}`, and `(?i)` in front for
 * ASCII letters of both cases. Backreferences and looking around are in no RE2; word boundaries, Unicode classes, named
 * classes and other flags are left out.
 *
 * All ways are gone at once (Thompson 1968, as told by Russ Cox), so that no text makes it turn back: each character
 * costs one look at each step of the program, 500 at most.
 *
 * @throws {SyntaxError} that says what is not of the subset, and where.
 */
export function pattern(source: string): Pattern {
  if (source.length > MAX_SOURCE) throw new SyntaxError(`more than ${MAX_SOURCE} characters`)
  return new Machine(source)
}

class Machine implements Pattern {
  private readonly steps: readonly Step[]
  /** What every match begins with, which needs no machine to see. */
  private readonly opening: string
  /** The step after the opening. */
  private readonly entry: number
  /** At which position of which test a step was last reached. */
  private readonly reached: Uint32Array
  private round = 0

  constructor(source: string) {
    const { steps, entry } = program(parse(source))
    this.steps = steps
    this.reached = new Uint32Array(steps.length)
    let opening = ''
    let index = entry
    for (let step = steps[index]; step; step = steps[index]) {
      const code = step.op === 'take' ? onlyOf(step.ranges) : undefined
      if (code !== undefined) opening += String.fromCodePoint(code)
      else if (step.op !== 'start' || opening !== '') break
      index = (step as Step & { to: number }).to
    }
    this.opening = opening
    this.entry = index
  }

  test(text: string): boolean {
    if (!text.startsWith(this.opening)) return false
    const { length } = text
    const from = this.opening.length
    let here: number[] = []
    let after: number[] = []
    this.nextRound()
    let isMatch = this.follow(this.entry, from === 0, length === from, here)
    for (let at = from; at < length; ) {
      if (here.length === 0) return false
      const code = text.codePointAt(at) as number
      at += code > 0xffff ? 2 : 1
      this.nextRound()
      isMatch = false
      after.length = 0
      for (const index of here) {
        const step = this.steps[index] as Step & { op: 'take' }
        if (includes(step.ranges, code)) isMatch = this.follow(step.to, false, at === length, after) || isMatch
      }
      const spare = here
      here = after
      after = spare
    }
    return isMatch
  }

  /** Adds the steps that take a character and can be reached from here without one. Is there a match among them? */
  private follow(index: number, isStart: boolean, isEnd: boolean, found: number[]): boolean {
    const ahead = [index]
    let isMatch = false
    for (let current = ahead.pop(); current !== undefined; current = ahead.pop()) {
      if (this.reached[current] === this.round) continue
      this.reached[current] = this.round
      const step = this.steps[current] as Step
      switch (step.op) {
        case 'take':
          found.push(current)
          break
        case 'fork':
          ahead.push(step.to, step.or)
          break
        case 'match':
          isMatch = true
          break
        default:
          if (step.op === 'start' ? isStart : isEnd) ahead.push(step.to)
      }
    }
    return isMatch
  }

  /** Rounds are told apart by number; before the numbers run out they begin anew. */
  private nextRound(): void {
    this.round += 1
    if (this.round < 0xffffffff) return
    this.reached.fill(0)
    this.round = 1
  }
}

/** The one character that there is in a set, if there is one. */
function onlyOf([first, ...more]: Ranges): number | undefined {
  return first && first[0] === first[1] && more.length === 0 ? first[0] : undefined
}
