/** Flags of the verbs that write: why, who, and whether it is only to be said what would be. */
import type { Command } from 'commander'
import type { How } from '../../admin/client.ts'
import { label, withLabel } from './label.ts'

export interface WriteFlags {
  readonly dryRun?: boolean
  readonly message?: string
  readonly author?: string
  readonly force?: boolean
}

export const FORCE = 'write fields that the oldest version which runs does not know (config min-version)'

export function writeOptions(command: Command, force = FORCE): Command {
  return command
    .option('-m, --message <text>', 'why: kept in history, 256 bytes at most')
    .option('--author <name>', 'who asked for it: kept beside the name of the token, unverified')
    .option('--dry-run', 'say what would be, and write nothing')
    .option('--force', force)
}

export function namingOptions(command: Command): Command {
  return command
    .option('--hostname <name>', 'of manifests, the name of routes that have none, as convert has it')
    .option('--domain <name>', "the mesh's own domain, its MESH_DOMAIN", 'mesh')
}

export interface PruneFlags {
  readonly prune?: boolean
  readonly selector?: string
}

export function pruneOptions(command: Command): Command {
  return command
    .option('-l, --selector <label>', 'the set to which these records belong, as in shop or team=shop', label)
    .option('--prune', 'delete records last applied with that label that are not in these files')
}

export function howOf(
  { dryRun, message, author, force }: WriteFlags,
  label?: string,
): Pick<How, 'dryRun' | 'message' | 'author' | 'force'> {
  const text = withLabel(message, label)
  return {
    ...(text === undefined ? {} : { message: text }),
    ...(author === undefined ? {} : { author }),
    ...(dryRun ? { dryRun } : {}),
    ...(force ? { force } : {}),
  }
}
