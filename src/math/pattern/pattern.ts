/** Regular expressions that cannot run away: the time of a test is the length of the text times that of the expression. */
import { machine, type Patterns } from './machine.ts'
import { program, type Step, weightOf } from './program.ts'
import { parse } from './syntax.ts'

/**
 * Patterns that are run as one: what many of them ask costs little more than what one does. They are of a subset of RE2's
 * syntax: literals, `.`, classes (`[a-z]`, `[^/]`, `\d \w \s \D \W \S`), groups with and without names, `|`,
 * `* + ? {n} {n,} {n,m}` greedy or lazy, `^ $ \A \z`, `\xHH`, `\x{HHHH}`, and `(?i)` in front for ASCII letters of both
 * cases. Backreferences and looking around are in no RE2; word boundaries, Unicode classes, named classes and other flags
 * are left out.
 *
 * They are compiled when first asked: what is never reached costs no program.
 *
 * @param gather what stands for those of these numbers, in their order. Asked once for each set of patterns that is met.
 */
export function patterns<Of>(sources: readonly string[], gather: (numbers: readonly number[]) => Of): Patterns<Of> {
  let compiled: Patterns<Of> | undefined
  const all = () => {
    compiled ??= machine(sources, gather)
    return compiled
  }
  return {
    of: (text) => all().of(text),
    get steps() {
      return all().steps
    },
  }
}

/**
 * How many steps a pattern has: each may be looked at for each character of a text.
 *
 * @throws {SyntaxError} that says what is not of the subset, and where.
 */
export function stepsOf(source: string): number {
  const steps: Step[] = []
  program(parse(source), steps)
  return weightOf(steps)
}
