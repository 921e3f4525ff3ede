/** What a receipt leaves out where it is too long for a header: the middle of lists, and the end of texts. `leftOut` names them. */
import type { ChoiceRead, ReceiptView } from './view.ts'

/** Items of a list, and characters of a text, that are kept at each depth. The last always fits. */
const KEPT = [
  [16, 200],
  [8, 100],
  [4, 60],
  [1, 24],
] as const

export function cut(view: ReceiptView, depth: number): ReceiptView {
  const [items, length] = KEPT[depth - 1] ?? KEPT[3]
  const leftOut = new Set<string>()

  function kept(name: string, value: unknown): unknown {
    if (typeof value === 'string')
      return value.length > length ? noted(name, value.slice(0, length).toWellFormed()) : value
    if (Array.isArray(value)) {
      const half = items >> 1
      // The last ones say how it ended.
      const some = value.length > items ? noted(name, [...value.slice(0, half), ...value.slice(half - items)]) : value
      return some.map((one) => kept(name, one))
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, kept(name, one)]))
  }

  function noted<Of>(name: string, value: Of): Of {
    leftOut.add(name)
    return value
  }

  /** Where some go, the positions that the rounds name mean nothing. */
  function few(choice: ChoiceRead): ChoiceRead {
    const { candidates, chosen } = choice
    if (candidates.length <= items) return choice
    const isChosen = (one: { endpoint: string }) => Number(one.endpoint === chosen)
    return noted('rounds', {
      ...choice,
      rounds: [],
      // The chosen one stands last: it is kept.
      candidates: candidates.toSorted((one, other) => isChosen(one) - isChosen(other) || one.cost - other.cost),
    })
  }

  const some = kept('', { ...view, choices: view.choices.map(few) }) as ReceiptView
  return { ...some, leftOut: [...leftOut] }
}
