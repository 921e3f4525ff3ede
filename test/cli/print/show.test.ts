import { expect, it } from 'vitest'
import { printer } from '../../../src/cli/print/printer.ts'
import { show } from '../../../src/cli/print/show.ts'
import type { Form } from '../../../src/cli/session.ts'

async function shown(output: Form | undefined, rows: readonly { name: string; state: string }[]) {
  const out: string[] = []
  const err: string[] = []
  const print = printer({ out: (text) => out.push(text), err: (text) => err.push(text) })
  await show(
    { print, output },
    {
      value: rows,
      rows,
      columns: [
        { name: 'NAME', of: ({ name }) => name },
        { name: 'STATE', of: ({ state }) => state, isWide: true },
      ],
      none: 'There are no records.',
    },
  )
  return { out: out.join(''), err: err.join('') }
}

const rows = [{ name: 'users', state: 'published' }]

it('prints a table where nobody asks for another form', async () => {
  expect(await shown(undefined, rows)).toEqual({ out: 'NAME\nusers\n', err: '' })
})

it('prints the wide columns with wide alone', async () => {
  expect((await shown('wide', rows)).out).toBe('NAME    STATE\nusers   published\n')
})

it('prints the value as it is with json and yaml', async () => {
  expect(JSON.parse((await shown('json', rows)).out)).toEqual(rows)
  expect((await shown('yaml', rows)).out).toBe('- name: users\n  state: published\n')
})

it('says on stderr that a table would be empty, and prints an empty list to programs', async () => {
  expect(await shown('table', [])).toEqual({ out: '', err: 'There are no records.\n' })
  expect(await shown('json', [])).toEqual({ out: '[]\n', err: '' })
})
