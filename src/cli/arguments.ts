import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from './exit-code.ts'

/** What the command line says. */
export interface Arguments {
  readonly command: string

  /** What follows the command. */
  readonly operands: readonly string[]
  readonly type?: string
  readonly bits?: number
  readonly key?: string

  /** PeerIds as text; empty: everybody whom the known peers let in. */
  readonly peers: readonly string[]
  readonly host?: string
  readonly knownPeers: string
  readonly ciphers?: string[]

  /** Milliseconds for a connection and its handshake. */
  readonly timeout: number
  readonly classic: boolean
  readonly progress: boolean
  readonly quiet: boolean
  readonly help: boolean
}

const DEFAULT_TIMEOUT = 30_000

const OPTIONS = {
  type: { type: 'string' },
  bits: { type: 'string' },
  key: { type: 'string' },
  peer: { type: 'string', multiple: true },
  host: { type: 'string' },
  'known-peers': { type: 'string' },
  ciphers: { type: 'string' },
  timeout: { type: 'string' },
  classic: { type: 'boolean' },
  progress: { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

/** @throws {UsageError} */
export function parseArguments (args: string[]): Arguments {
  const { values, positionals } = parse(args)
  const [command = '', ...operands] = positionals

  return {
    command,
    operands,
    type: values.type,
    bits: values.bits != null ? positive('bits', values.bits) : undefined,
    key: values.key,
    peers: values.peer ?? [],
    host: values.host,
    knownPeers: values['known-peers'] ?? join(homedir(), '.secure-peer', 'known-peers.json'),
    ciphers: values.ciphers?.split(','),
    timeout: values.timeout != null ? positive('timeout', values.timeout) * 1000 : DEFAULT_TIMEOUT,
    classic: values.classic === true,
    progress: values.progress === true,
    quiet: values.quiet === true,
    help: values.help === true || command === 'help'
  }
}

/**
 * A port number.
 *
 * @param text - decimal
 * @param lowest - 0 lets the system choose one
 * @throws {UsageError}
 */
export function parsePort (text: string | undefined, lowest: 0 | 1): number {
  const port = Number(text)

  if (!/^\d+$/.test(text ?? '') || port < lowest || port > 65_535) {
    throw new UsageError(`${text ?? 'nothing'} is not a port`)
  }

  return port
}

function parse (args: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS, allowPositionals: true }>> {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (err) {
    throw new UsageError((err as Error).message)
  }
}

function positive (option: string, text: string): number {
  const value = Number(text)

  if (!(value > 0)) {
    throw new UsageError(`--${option} is a number above 0, not ${text}`)
  }

  return value
}
