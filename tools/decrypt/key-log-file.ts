import { KEY_LOG_LABEL } from '../../src/constants.ts'
import { fromHex, toHex } from '../../src/encoding/bytes.ts'
import type { KeyLogLabel } from '../../src/key-log.ts'

const LABELS = Object.values(KEY_LOG_LABEL).flatMap(labels => Object.values(labels))

// SPEC 5.7
const ENTRY = /^(\S+) ([0-9a-f]{64}) ((?:[0-9a-f]{2})+)$/

/** The secrets of a key log. */
export interface Secrets {
  get (label: KeyLogLabel, th1: Uint8Array): Uint8Array | undefined
}

/** Reads a key log; lines of other programs, comments and what was cut off are skipped. */
export function parseKeyLog (text: string): Secrets {
  const secrets = new Map<string, Uint8Array>()

  for (const line of text.split('\n')) {
    const [, label, th1, secret] = ENTRY.exec(line.trim()) ?? []

    if (LABELS.some(known => known === label)) {
      secrets.set(`${label} ${th1}`, fromHex(secret))
    }
  }

  return { get: (label, th1) => secrets.get(`${label} ${toHex(th1)}`) }
}
