/** `selvedge edit`: one record, in the editor of whoever runs the command. */
import type { Command } from 'commander'
import { AdminError, type RecordView, type WrittenRecord } from '../../admin/client.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import { absent } from '../absent.ts'
import { FORCE, howOf, type WriteFlags, writeOptions } from '../apply/flags.ts'
import { labelOf } from '../apply/label.ts'
import { bodyOf, headOf, type Language, readDraft, withoutHead } from '../edit/draft.ts'
import { type EditedFile, editedFile } from '../edit/editor.ts'
import type { Session } from '../session.ts'
import { guard } from '../simulated/guard.ts'
import { told, toldIssue } from '../target/told.ts'
import { example } from '../verb.ts'

export function edit(command: Command, session: Session): void {
  example(
    command,
    "selvedge edit users --message 'a longer timeout'",
    'VISUAL="code --wait" selvedge edit users -o json',
  )
  command.argument('<name>', 'a name that has a record')
  writeOptions(command, `${FORCE}, and what would break requests of the last hour`).action(
    (name: string, flags: WriteFlags) => run(name, flags, session),
  )
}

async function run(name: string, flags: WriteFlags, session: Session): Promise<void> {
  const { print, output, machine } = session
  const client = session.client()
  const current = await client.get(name)
  if (!current) throw new NegativeAnswer(await absent(name, client), ['selvedge apply -f FILE writes one that is new.'])
  const language: Language = output === 'json' ? 'json' : 'yaml'
  const file = editedFile(`${name.replaceAll(/[*/:]/g, '_')}.${language}`, machine.env)
  const said = await drafted(current, flags, file, language, session)
  file.remove()
  print.line(said)
}

/** Asks again, with the reasons above the text, until the text is taken, or comes back as it went. */
async function drafted(
  current: RecordView,
  flags: WriteFlags,
  file: EditedFile,
  language: Language,
  session: Session,
): Promise<string> {
  const { name, revision } = current
  const schema = isOfEvents(name) ? undefined : `${session.target().url}/-/api/v1/schema`
  let body = bodyOf(current.record, language)
  let reasons: readonly string[] = []
  for (;;) {
    const text = await edited(file, headOf({ name, revision, schema, reasons }, language) + body, body, language)
    const before = body
    body = withoutHead(text, language)
    if (body.trim() === '') return `${name} is as it was: the text was empty.`
    if (body === before) {
      if (reasons.length === 0) return `${name} is as it was: nothing was changed.`
      throw new NegativeAnswer(`${name} was not written.`, [...reasons, kept(file)])
    }
    const read = readDraft(text, file.path, language)
    if ('reasons' in read) {
      reasons = read.reasons
      continue
    }
    const refusal = await written(current, read.record, flags, file, session)
    if (typeof refusal === 'string') return refusal
    reasons = refusal
  }
}

/** An editor that fails may have saved something before: that is kept. */
async function edited(file: EditedFile, text: string, body: string, language: Language): Promise<string> {
  try {
    return await file.edit(text)
  } catch (error) {
    const saved = file.read()
    const isChanged = saved !== undefined && withoutHead(saved, language) !== body
    if (!isChanged) file.remove()
    throw isChanged && error instanceof Fault ? new Fault(error.message, { cause: error, more: [kept(file)] }) : error
  }
}

/** What was done, in a sentence; or why the record was refused, in lines. */
async function written(
  { name, revision, message }: RecordView,
  record: WrittenRecord,
  flags: WriteFlags,
  file: EditedFile,
  session: Session,
): Promise<string | readonly string[]> {
  try {
    // The record stays of the set that it was applied with.
    const how = howOf(flags, labelOf(message))
    await guard([{ name, record }], flags, session)
    const answer = await session.client().put(name, record, { ...how, ifMatch: revision })
    const dry = answer.dryRun ? ' (dry run)' : ''
    if (answer.changed.length === 0) return `${name} is as it was: the same record, written in another way${dry}.`
    return answer.dryRun ? `${name} edited${dry}.` : `${name} edited, revision ${answer.revision}.`
  } catch (error) {
    if (error instanceof AdminError && error.status === 422) {
      const { issues = [], detail } = error.problem
      return issues.length > 0 ? issues.map(toldIssue) : [detail]
    }
    const end = error instanceof AdminError ? told(error, session.target()) : error
    if (end instanceof NegativeAnswer) throw new NegativeAnswer(end.message, [...end.more, kept(file)])
    if (end instanceof Fault) throw new Fault(end.message, { cause: error, more: [...end.more, kept(file)] })
    session.print.tell(kept(file))
    throw error
  }
}

function kept({ path }: EditedFile): string {
  return `The text is kept in ${path}.`
}
