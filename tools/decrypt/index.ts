// Decrypts recorded connections with a key log: see docs/operations.md.
//
//   node tools/decrypt/index.ts --keylog keys.txt [--hex] [--out FOLDER] CAPTURE

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readCapture } from './capture.ts'
import { connectionsOf } from './connections.ts'
import { parseKeyLog } from './key-log-file.ts'
import { describe, plaintextOf } from './report.ts'
import { decrypt } from './session.ts'

const USAGE = 'node tools/decrypt/index.ts --keylog keys.txt [--hex] [--out FOLDER] CAPTURE'

const { values, positionals: [file] } = parseArgs({
  allowPositionals: true,
  options: { keylog: { type: 'string' }, hex: { type: 'boolean' }, out: { type: 'string' } }
})

if (values.keylog == null || file == null) {
  process.stderr.write(`usage: ${USAGE}\n`)
  process.exit(2)
}

const secrets = parseKeyLog(await readFile(values.keylog, 'utf8'))
const connections = connectionsOf(readCapture(await readFile(file)))
let found = 0

for (const connection of connections) {
  const decrypted = await decrypt(connection, secrets).catch((err: Error) => { process.stderr.write(`${connection[0].from}: ${err.message}\n`) })

  if (decrypted == null) {
    continue
  }

  process.stdout.write(describe(++found, decrypted, values.hex === true))

  if (values.out != null) {
    await mkdir(values.out, { recursive: true, mode: 0o700 })

    for (const [i, side] of decrypted.sides.entries()) {
      await writeFile(join(values.out, `${found}-${i === 0 ? 'there' : 'back'}.bin`), plaintextOf(side), { mode: 0o600 })
    }
  }
}

process.stdout.write(`${found} of ${connections.length} TCP connections are secure-peer's\n`)
process.exitCode = found > 0 ? 0 : 1
