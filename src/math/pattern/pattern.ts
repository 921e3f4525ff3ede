/** Regular expressions that cannot run away: the time of a test is the length of the text times that of the expression. */
import { machine } from './machine.ts'

export interface Pattern {
  /** Does the whole text match? */
  test(text: string): boolean
}

/** Several patterns, asked at once. */
export interface Patterns<Of> {
  /** What stands for those that match the whole text; `undefined` where none does. */
  of(text: string): Of | undefined
}

/** Characters of an expression, at most. */
const MAX_SOURCE = 4096

/**
 * A pattern of a subset of RE2's syntax: literals, `.`, classes (`[a-z]`, `[^/]`, `\d \w \s \D \W \S`), groups with and
 * without names, `|`, `* + ? {n} {n,} {n,m}` greedy or lazy, `^ $ \A \z`, `\xHH`, `\x{HHHH}`, and `(?i)` in front for
 * ASCII letters of both cases. Backreferences and looking around are in no RE2; word boundaries, Unicode classes, named
 * classes and other flags are left out.
 *
 * @throws {SyntaxError} that says what is not of the subset, and where.
 */
export function pattern(source: string): Pattern {
  const one = patterns([source], () => true)
  return { test: (text) => one.of(text) === true }
}

/**
 * Patterns that are run as one: what many of them ask costs little more than what one does.
 *
 * @param gather what stands for those of these numbers, in their order. Asked once for each set of patterns that is met.
 */
export function patterns<Of>(sources: readonly string[], gather: (numbers: readonly number[]) => Of): Patterns<Of> {
  for (const source of sources) {
    if (source.length > MAX_SOURCE) throw new SyntaxError(`more than ${MAX_SOURCE} characters`)
  }
  return machine(sources, gather)
}
