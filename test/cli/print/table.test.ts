import { expect, it } from 'vitest'
import { printable } from '../../../src/cli/print/printable.ts'
import { tableLines } from '../../../src/cli/print/table.ts'

interface Row {
  readonly name: string
  readonly count?: number
  readonly said: string
}

const columns = [
  { name: 'NAME', of: ({ name }: Row) => name },
  { name: 'COUNT', of: ({ count }: Row) => count },
  { name: 'SAID', of: ({ said }: Row) => said },
]
const lines = (...rows: Row[]) => tableLines(columns, rows, printable)

it('aligns columns, three spaces apart, and ends no line with spaces', () => {
  expect(lines({ name: 'users', count: 12, said: 'a' }, { name: 'orders.shop', count: 3, said: 'bc' })).toEqual([
    'NAME          COUNT   SAID',
    'users         12      a',
    'orders.shop   3       bc',
  ])
})

it('shows what is not there as a dash, and zero as zero', () => {
  expect(lines({ name: 'users', said: '' }, { name: 'b', count: 0, said: 'x' })).toEqual([
    'NAME    COUNT   SAID',
    'users   -       -',
    'b       0       x',
  ])
})

it('keeps a row on one line, and what a terminal would obey as text', () => {
  expect(lines({ name: 'users', count: 1, said: 'two\nlines \u001b[31mred' })[1]).toBe(
    'users   1       two lines \\u001b[31mred',
  )
})

it('counts wide characters as two columns, and marks as none', () => {
  const [, first, second] = lines({ name: '名前', count: 1, said: 'a' }, { name: 'cafe\u0301', count: 1, said: 'b' })
  expect(first).toBe('名前   1       a')
  expect(second).toBe('cafe\u0301   1       b')
})
