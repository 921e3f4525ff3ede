/** What is wrong with a record that is to be written: what the mesh would say of it when it is called. */
import { isServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { isDeeper, MOST_LEVELS } from '../core/text/depth.ts'
import { type Issue, parseRecord, recordChecker } from '../record/parse.ts'

/** Nothing where the mesh would obey it. */
export function recordIssues(name: string, text: string): readonly Issue[] {
  // A wildcard stands for a name in front, a tag is a label behind.
  if (!isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))) {
    return [{ path: [], message: `"${name}" is not a service name (a DNS name in lower case), so nobody can call it.` }]
  }
  return textIssues(text)
}

/** The same of what stands under a name, whatever the name. */
export function textIssues(text: string): readonly Issue[] {
  // Whoever says what is wrong with it has to walk through it.
  if (isDeeper(text, MOST_LEVELS)) return [{ path: [], message: `Expected at most ${MOST_LEVELS} levels of nesting.` }]
  try {
    parseRecord(text)
    return []
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    const issues = text.trim().startsWith('{') ? issuesOfJson(text) : []
    return issues.length > 0 ? issues : [{ path: [], message: error.message }]
  }
}

function issuesOfJson(text: string): readonly Issue[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The message of the parser says so.
    return []
  }
  return recordChecker()(value)
}
