// Records a session of two processes on the loopback interface, for a test or
// to try the tool: needs tcpdump and the right to capture.
//
//   node tools/decrypt/record.ts FOLDER

import { recordSession } from './recording.ts'

const [folder] = process.argv.slice(2)

if (folder == null) {
  process.stderr.write('usage: node tools/decrypt/record.ts FOLDER\n')
  process.exit(2)
}

await recordSession(folder)
