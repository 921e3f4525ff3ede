/** The registry's object as it is deployed: what the mesh would not understand is not written. */

import { recordIssues } from '../admin/record-issues.ts'
import type { Issue } from '../durable/ledger/change.ts'
import { RegistryObject as AnyRegistryObject } from '../durable/registry-object.ts'

export class RegistryObject extends AnyRegistryObject {
  protected override issuesOf(name: string, text: string): readonly Issue[] {
    return recordIssues(name, text)
  }
}
