/** `selvedge completion`: the scripts, run in the shells that this machine has. */
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERBS } from '../../../src/cli/verbs.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'
import { selvedge } from '../../support/selvedge.ts'

const run = promisify(execFile)
const has = (shell: string) => {
  try {
    execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const dir = mkdtempSync(join(tmpdir(), 'selvedge-completion-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Stands for the command: names of records, as far as they are asked for. */
const COMMAND = `#!/bin/sh
echo "$@" >> ${dir}/asked
[ "$1 $2" = "completion names" ] || exit 1
[ "$4" = --url ] && [ "$5" = https://down ] && { echo "selvedge: nobody there" >&2; exit 2; }
for name in orders users users@pr-1 users@pr-2 '*.shop'; do case $name in "$3"*) echo "$name" ;; esac; done
`

beforeAll(async () => {
  writeFileSync(join(dir, 'selvedge'), COMMAND)
  chmodSync(join(dir, 'selvedge'), 0o755)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await selvedge('completion', shell)
    expect(code).toBe(0)
    writeFileSync(join(dir, `script.${shell}`), out)
  }
})

const env = { PATH: `${dir}:${process.env.PATH}`, HOME: dir, TERM: 'dumb' }

/** What bash offers behind this text. */
async function inBash(line: string): Promise<string[]> {
  const script = `source ${dir}/script.bash; COMP_LINE="$1" COMP_POINT=\${#1}; _selvedge; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await run('bash', ['--norc', '-c', script, 'bash', line], { env, cwd: dir })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  it('offers the verbs, and those that begin so', async () => {
    expect(await inBash('selvedge ')).toEqual(VERBS.map(({ name }) => name))
    expect(await inBash('selvedge co')).toEqual(['cost', 'convert', 'config', 'completion'])
  })

  it('offers the flags of a verb, its own and those that all share', async () => {
    expect(await inBash('selvedge apply --d')).toEqual(['--dry-run', '--domain'])
    expect(await inBash('selvedge get --')).toEqual(expect.arrayContaining(['--url', '--token', '--output', '--help']))
    expect(await inBash('selvedge validate --')).not.toContain('--url')
  })

  it('offers the forms of output, and for other values what files there are', async () => {
    expect(await inBash('selvedge get -o ')).toEqual(['table', 'wide', 'json', 'yaml'])
    expect(await inBash('selvedge get --output j')).toEqual(['json'])
    expect(await inBash('selvedge apply --message w')).toEqual([])
    expect(await inBash('selvedge validate re')).toEqual([])
  })

  it('offers names of records where a verb takes them, of the mesh that is named', async () => {
    expect(await inBash('selvedge get us')).toEqual(['users', 'users@pr-1', 'users@pr-2'])
    expect(await inBash('selvedge edit orders ')).toContain('users')
    expect(await inBash('selvedge --url https://mesh.example.com history o')).toEqual(['orders'])
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(join(dir, 'asked'), 'utf8')).toContain('completion names o --url https://mesh.example.com\n')
  })

  it('goes on behind an @, at which bash parts words', async () => {
    expect(await inBash('selvedge get users@')).toEqual(['pr-1', 'pr-2'])
  })

  it('makes no file of a wildcard', async () => {
    expect(await inBash('selvedge get ')).toContain('*.shop')
  })

  it('offers the words of a verb that has some, once', async () => {
    expect(await inBash('selvedge config ')).toEqual(expect.arrayContaining(['use', 'min-version']))
    expect(await inBash('selvedge config use ')).toEqual([])
    expect(await inBash('selvedge completion ')).toEqual(['bash', 'zsh', 'fish'])
  })

  it('is silent where no mesh answers', async () => {
    expect(await inBash('selvedge --url https://down get us')).toEqual([])
  })
})

describe.runIf(has('zsh'))('completion in zsh', () => {
  it('is read without an error, and offers verbs, flags and names', async () => {
    // What it would show is caught where it is given to zsh.
    const caught = `compdef() { }; compadd() { print -l -- \${@:#--} }; _describe() { print -l -- \${(P)2} }; _files() { }`
    const script = `${caught}; source ${dir}/script.zsh; words=("\${(@s: :)1}"); CURRENT=\${#words}; _selvedge`
    const inZsh = async (line: string) =>
      (await run('zsh', ['-f', '-c', script, 'zsh', line], { env })).stdout.split('\n')
    expect(await inZsh('selvedge ')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^get:/), expect.stringMatching(/^check:/)]),
    )
    expect(await inZsh('selvedge get us')).toEqual(expect.arrayContaining(['users', 'users@pr-1']))
    expect(await inZsh('selvedge get -')).toEqual(expect.arrayContaining([expect.stringMatching(/^--url:/)]))
    expect(await inZsh('selvedge get -o ')).toEqual(expect.arrayContaining(['json', 'yaml']))
  })
})

describe.runIf(has('fish'))('completion in fish', () => {
  it('is read without an error, and offers verbs, flags and names', async () => {
    const inFish = async (line: string) => {
      const script = `source ${dir}/script.fish; complete -C ${JSON.stringify(line)}`
      const { stdout, stderr } = await run('fish', ['--no-config', '-c', script], { env })
      expect(stderr).toBe('')
      return stdout.split('\n').map((word) => word.split('\t')[0])
    }
    expect(await inFish('selvedge ')).toEqual(expect.arrayContaining(['get', 'check']))
    expect(await inFish('selvedge get us')).toEqual(expect.arrayContaining(['users', 'users@pr-1']))
    expect(await inFish('selvedge get --u')).toContain('--url')
    expect(await inFish('selvedge get -o ')).toEqual(expect.arrayContaining(['json', 'yaml']))
  })
})

describe('selvedge completion names', () => {
  const clock = virtualClock()

  it('prints names that begin so, and nothing that a shell could take for more', async () => {
    const admin = adminFake(clock, {
      users: 'https://a',
      'users@pr-1': 'https://a',
      orders: 'https://a',
      '*.shop': 'https://a',
    })
    for (const name of ['users$(touch /tmp/x)', 'users;ls', 'users`id`', "users'", 'Users'])
      admin.write(name, 'https://a')
    const names = command({ clientOf: () => admin })
    expect((await names('completion', 'names', 'users')).out).toBe('users\nusers@pr-1\n')
    expect((await names('completion', 'names')).out).toBe('*.shop\norders\nusers\nusers@pr-1\n')
  })

  it.each([
    ['no mesh answers', {}],
    ['the target is not known', { env: { HOME: '/nowhere', SELVEDGE_URL: 'nobody' } }],
  ])('prints nothing, and ends well, where %s', async (_, machine) => {
    expect(await command(machine)('completion', 'names', 'u')).toMatchObject({ code: 0, out: '' })
  })
})
