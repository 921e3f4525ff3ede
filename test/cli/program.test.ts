import { describe, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'

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
})
