/** What is wrong with a record, or with subscriptions, that are to be written: what the mesh would say of them when they are looked up. */
import { isServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { isDeeper, MOST_LEVELS } from '../core/text/depth.ts'
import { isOfEvents, misnamedEvents } from '../record/events/event-key.ts'
import { subscriptionsChecker, subscriptionsParser } from '../record/events/subscriptions.ts'
import { type Issue, parseRecord, recordChecker } from '../record/parse.ts'

/** Nothing where the mesh would obey it. */
export function recordIssues(name: string, text: string): readonly Issue[] {
  if (isOfEvents(name)) {
    const misnamed = misnamedEvents(name)
    return misnamed === undefined ? subscriptionIssues(text) : [{ path: [], message: misnamed }]
  }
  // A wildcard stands for a name in front, a tag is a label behind.
  if (!isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))) {
    return [{ path: [], message: `"${name}" is not a service name (a DNS name in lower case), so nobody can call it.` }]
  }
  return textIssues(text)
}

/** The same of a record, whatever its name. */
export function textIssues(text: string): readonly Issue[] {
  return issuesIn(text, parseRecord, recordChecker)
}

/** The same of subscriptions. */
export function subscriptionIssues(text: string): readonly Issue[] {
  return issuesIn(text, subscriptionsParser(), subscriptionsChecker)
}

type Checker = (value: unknown) => readonly Issue[]

function issuesIn(text: string, parse: (text: string) => unknown, checker: () => Checker): readonly Issue[] {
  // Whoever says what is wrong with it has to walk through it.
  if (isDeeper(text, MOST_LEVELS)) return [{ path: [], message: `Expected at most ${MOST_LEVELS} levels of nesting.` }]
  try {
    parse(text)
    return []
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    const issues = text.trim().startsWith('{') ? issuesOfJson(text, checker()) : []
    return issues.length > 0 ? issues : [{ path: [], message: error.message }]
  }
}

function issuesOfJson(text: string, check: Checker): readonly Issue[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The message of the parser says so.
    return []
  }
  return check(value)
}
