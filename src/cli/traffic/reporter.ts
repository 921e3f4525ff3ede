/** `--reporter`: whose numbers are shown. */
import { Option } from 'commander'
import type { Reporter } from '../../admin/client.ts'

export interface OfReporter {
  readonly reporter?: Reporter
}

export function reporterOption(): Option {
  return new Option(
    '--reporter <who>',
    'whose numbers: of the mesh, of callers, or of services themselves. Default: the first that there are',
  ).choices(['mesh', 'source', 'destination'])
}
