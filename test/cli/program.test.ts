import { describe, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import { VERBS } from '../../src/cli/verbs.ts'

async function selvedge(...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await run(argv, { out: (text) => out.push(text), err: (text) => err.push(text) })
  return { code, out: out.join(''), err: err.join('') }
}

describe('selvedge', () => {
  it('prints help and version with exit code 0', async () => {
    const help = await selvedge('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain('dev')
    expect(await selvedge('--version')).toEqual({ code: 0, out: '0.0.0-test\n', err: '' })
  })

  it.each([
    ['no verb', [], 'Usage'],
    ['an unknown verb', ['dve'], 'Did you mean dev?'],
    ['an unknown flag', ['dev', '--prot', '1'], 'Did you mean --port?'],
    ['an argument that dev does not take', ['dev', 'here'], 'too many arguments'],
    ['a port that is none', ['dev', '--port', '70000'], 'from 0 to 65535'],
    ['a form that is none', ['convert', '--output', 'xml'], 'Allowed choices are table, wide, json, yaml'],
    ['a shared flag that the verb has no use for', ['dev', '--output', 'json'], 'dev has no use for --output'],
    ['the same before the verb', ['--url', 'local', 'validate'], 'validate has no use for --url'],
    ['a verb within a verb that is none', ['config', 'sett'], 'Did you mean set?'],
    ['a flag without its value', ['dev', '--registry'], 'argument missing'],
  ])('answers %s with exit code 2 and a reason', async (_, argv, reason) => {
    const { code, out, err } = await selvedge(...argv)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(reason)
  })

  it('answers a registry file that is not there with exit code 2 and one line', async () => {
    const { code, err } = await selvedge('dev', '--registry', 'nowhere.yaml')
    expect(code).toBe(2)
    expect(err).toMatch(/^selvedge: The registry file cannot be read: ENOENT.*nowhere\.yaml'\n$/)
  })

  it.each(VERBS)('shows how $name is used, with the shared flags that it takes', async ({ name, takes }) => {
    const { code, out, err } = await selvedge(name, '--help')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(`$ selvedge ${name} `)
    expect(out.includes('--url')).toBe(takes.includes('target'))
    expect(/^Global Options:[\s\S]*--output/m.test(out)).toBe(takes.includes('output'))
  })
})
