import { generateKeys, privateKeyFromKeys } from '../keys/index.ts'
import { knownPeersFile } from '../known-peers/file.ts'
import { peerIdFromAnyPublicKey } from '../libp2p/keys.ts'
import { parseArguments, parsePort } from './arguments.ts'
import { addressOf, connect, listen } from './connections.ts'
import { EXIT, exitCodeOf, UsageError } from './exit-code.ts'
import { HELP } from './help.ts'
import type { Arguments } from './arguments.ts'
import type { GenerateKeysInit } from '../keys/index.ts'

const COMMANDS: Record<string, (args: Arguments) => Promise<void>> = { keygen, listen, connect, known, forget }

/**
 * Runs the command line.
 *
 * @returns the exit code; what was wrong stands on stderr
 */
export async function main (argv: string[]): Promise<number> {
  try {
    const args = parseArguments(argv)

    if (args.help) {
      process.stdout.write(HELP)

      return EXIT.done
    }

    if (!Object.hasOwn(COMMANDS, args.command)) {
      throw new UsageError(args.command === '' ? 'which command?' : `there is no command ${args.command}`)
    }

    await COMMANDS[args.command](args)

    return EXIT.done
  } catch (err) {
    const hint = err instanceof UsageError ? '; secure-peer --help explains' : ''
    process.stderr.write(`secure-peer: ${err instanceof Error ? err.message : err}${hint}\n`)

    return exitCodeOf(err)
  }
}

async function keygen (args: Arguments): Promise<void> {
  const keys = await generateKeys({ type: args.type as GenerateKeysInit['type'], bits: args.bits })
  const peerId = peerIdFromAnyPublicKey(privateKeyFromKeys(keys).publicKey)

  process.stdout.write(`${JSON.stringify(keys, undefined, 2)}\n`)

  if (!args.quiet) {
    process.stderr.write(`secure-peer: made ${peerId}\n`)
  }
}

async function known (args: Arguments): Promise<void> {
  for await (const { address, peerId, since } of knownPeersFile(args.knownPeers).list()) {
    process.stdout.write(`${address} ${peerId} ${since}\n`)
  }
}

async function forget (args: Arguments): Promise<void> {
  const [host, port] = args.operands
  const address = addressOf(host, parsePort(port, 1))

  if (!await knownPeersFile(args.knownPeers).remove(address)) {
    throw new UsageError(`${address} is not known`)
  }
}
