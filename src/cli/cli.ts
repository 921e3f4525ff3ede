#!/usr/bin/env node
/** The `selvedge` command. */
import { run } from './program.ts'

// Whoever read has gone, as `head` does: what was begun is brought to its end, and its words go nowhere.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run(process.argv.slice(2))
