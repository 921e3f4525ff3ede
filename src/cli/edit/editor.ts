/** The editor of whoever runs the command, and the file that it is given. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Fault } from '../../manifest/yaml/fault.ts'

export interface EditedFile {
  readonly path: string
  /** Opens the editor on this text, and resolves with what was saved when it is closed. @throws Fault */
  edit(text: string): Promise<string>
  /** What it holds now; `undefined` where it is gone. */
  read(): string | undefined
  /** Nobody needs it any more. */
  remove(): void
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * A file that nobody else may read, since a record may hold what is not for all.
 *
 * @param name of the file, by whose end editors know its language.
 */
export function editedFile(name: string, env: Env): EditedFile {
  // Its folder is made for its owner alone (mkdtemp).
  const path = join(mkdtempSync(join(env.TMPDIR || tmpdir(), 'selvedge-edit-')), name)
  return {
    path,
    async edit(text) {
      writeFileSync(path, text, { mode: 0o600 })
      await opened(path, env)
      return readFileSync(path, 'utf8')
    },
    read: () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    remove: () => rmSync(dirname(path), { recursive: true, force: true }),
  }
}

/** `$VISUAL`, or `$EDITOR`, with its arguments, as git and kubectl run it: a line of the shell. */
async function opened(path: string, env: Env): Promise<void> {
  const editor = env.VISUAL || env.EDITOR || 'vi'
  const child = spawn('sh', ['-c', `${editor} "$@"`, editor, path], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  const ended = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
  })
  if (ended !== 0)
    throw new Fault(`The editor "${editor}" ended with ${ended}: $VISUAL or $EDITOR says which one is run.`)
}
