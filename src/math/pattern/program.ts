/** An expression as a program of small steps (Thompson's construction). */
import type { Node } from './syntax.ts'

export type Step =
  /** Takes one character of a set, and goes on. */
  | { readonly op: 'take'; readonly edges: readonly number[]; readonly to: number }
  /** Goes both ways. */
  | { readonly op: 'fork'; to: number; readonly or: number }
  /** Goes on at the beginning, or at the end, of the text alone. */
  | { readonly op: 'start' | 'end'; readonly to: number }
  /** The pattern of this number matches. */
  | { readonly op: 'match'; readonly number: number }

/** Steps of a program, at most: a test takes so many at each character of the text. Envoy refuses more than 100 of RE2's own by default. */
const MAX_STEPS = 500

/**
 * Appends the steps of a pattern, and gives the one to begin with.
 *
 * @param number of the pattern, told where it matches.
 * @throws {SyntaxError} where repetitions multiply to more than {@link MAX_STEPS} steps.
 */
export function program(tree: Node, steps: Step[] = [], number = 0): number {
  const before = steps.length
  const end = steps.push({ op: 'match', number }) - 1
  let parts = 0

  const push = (step: Step) => steps.push(step) - 1

  /** The step with which a part begins that goes on at `next`. */
  function emit(node: Node, next: number): number {
    // Parts count, too: what repeats nothing makes no steps.
    if (steps.length - before > MAX_STEPS || ++parts > 4 * MAX_STEPS) {
      throw new SyntaxError(`repetitions that multiply to more than ${MAX_STEPS} steps`)
    }
    switch (node.kind) {
      case 'set':
        return push({ op: 'take', edges: node.edges, to: next })
      case 'all':
        return node.parts.reduceRight((after, part) => emit(part, after), next)
      case 'any':
        return node.parts
          .map((part) => emit(part, next))
          .reduceRight((other, entry) => push({ op: 'fork', to: entry, or: other }))
      case 'repeat':
        return repeat(node, next)
      default:
        return push({ op: node.kind, to: next })
    }
  }

  function repeat({ part, least, most }: Node & { kind: 'repeat' }, next: number): number {
    let entry = next
    let copies = least
    if (most === Number.POSITIVE_INFINITY) {
      const loop: Step = { op: 'fork', to: 0, or: next }
      entry = push(loop)
      loop.to = emit(part, entry)
      // `x+` begins with its `x`, and `x{3,}` with two more of them.
      if (least > 0) entry = loop.to
      copies = Math.max(0, least - 1)
    } else {
      for (let extra = least; extra < most; extra++) entry = push({ op: 'fork', to: emit(part, entry), or: next })
    }
    for (; copies > 0; copies--) entry = emit(part, entry)
    return entry
  }

  return emit(tree, end)
}

/**
 * How many steps there are. A set of characters is looked through once for a character, however many steps share it: one of
 * many ranges counts as a step more for each four.
 */
export function weightOf(steps: readonly Step[]): number {
  const sets = new Set(steps.flatMap((step) => (step.op === 'take' ? [step.edges] : [])))
  let weight = steps.length
  for (const { length } of sets) weight += length >> 3
  return weight
}
