/** The registry's object as it is deployed: what the mesh would not understand is not written. */
import type { Issue } from '../durable/ledger/change.ts'
import { RegistryObject as AnyRegistryObject } from '../durable/registry-object.ts'
import { recordIssues } from './record-issues.ts'

export class RegistryObject extends AnyRegistryObject {
  protected override issuesOf(name: string, text: string): readonly Issue[] {
    return recordIssues(name, text)
  }
}
