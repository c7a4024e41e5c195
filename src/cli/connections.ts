import { mkdir, readFile } from 'node:fs/promises'
import net from 'node:net'
import { dirname } from 'node:path'
import { HandshakeTimeoutError, IdentityRejectedError } from '../errors.ts'
import { knownPeersFile } from '../known-peers/file.ts'
import { secure } from '../stream/index.ts'
import { parsePort } from './arguments.ts'
import { UsageError } from './exit-code.ts'
import { joinStdio } from './join.ts'
import type { Arguments } from './arguments.ts'
import type { Keys } from '../keys/index.ts'
import type { Identity } from '../stream/identity.ts'
import type { Peer } from '../stream/index.ts'
import type { PlainStream } from '../stream/plain-stream.ts'
import type { SecureStream } from '../stream/secure-stream.ts'

/** `connect HOST PORT`: to one peer, who has to be known or new. */
export async function connect (args: Arguments): Promise<void> {
  const [host, portText, ...rest] = args.operands
  const port = parsePort(portText, 1)
  requireNoMore(rest)

  const peer = await createPeer(args)
  const sec = peer()

  if (args.peers.length > 0) {
    sec.on('identify', only(args.peers))
  } else {
    await mkdir(dirname(args.knownPeers), { recursive: true })
    sec.on('identify', knownPeersFile(args.knownPeers).at(addressOf(host, port)))
  }

  const stream = await secured(sec, net.connect({ host, port, allowHalfOpen: true }), args)
  tell(args, `connected to ${stream.id.peerId}, ${describe(stream)}`)
  await joinStdio(stream, args.progress)
}

/** `listen PORT`: for the first peer that gets in. */
export async function listen (args: Arguments): Promise<void> {
  const [portText, ...rest] = args.operands
  const port = parsePort(portText, 0)
  requireNoMore(rest)

  const peer = await createPeer(args)
  const stream = await firstConnection(peer, port, args)
  tell(args, `connection from ${stream.id.peerId}, ${describe(stream)}`)
  await joinStdio(stream, args.progress)
}

/** An address as the known peers have it. */
export function addressOf (host: string, port: number): string {
  return net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

async function firstConnection (peer: Peer, port: number, args: Arguments): Promise<PlainStream> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true }, socket => {
      const sec = peer()

      if (args.peers.length > 0) {
        sec.on('identify', only(args.peers))
      }

      secured(sec, socket, args).then(stream => {
        if (server.listening) {
          server.close()
          resolve(stream)
        } else {
          stream.id.reject('somebody else was first')
        }
      }, err => {
        tell(args, `${socket.remoteAddress ?? 'somebody'} did not get in - ${err.message}`)
      })
    })

    server.on('error', reject)
    server.listen(port, args.host, () => {
      const address = server.address() as net.AddressInfo
      tell(args, `listening on ${addressOf(address.address, address.port)}`)
    })
  })
}

// an identity step that nobody passes but those whom the command line names
function only (peers: readonly string[]): (id: Identity) => void {
  return id => {
    if (peers.includes(id.peerId.toString())) {
      id.accept()
    } else {
      id.reject(new UnexpectedPeerError(id.peerId.toString(), peers))
    }
  }
}

/** The peer is none of those that `--peer` names. */
class UnexpectedPeerError extends IdentityRejectedError {
  static name = 'UnexpectedPeerError'

  constructor (came: string, expected: readonly string[]) {
    super('not the peer that was expected')
    this.name = 'UnexpectedPeerError'
    this.message = `${this.code}: expected ${expected.join(' or ')}, but ${came} came`
  }
}

async function createPeer (args: Arguments): Promise<Peer> {
  if (args.key == null) {
    throw new UsageError('--key FILE is missing: make one with secure-peer keygen > a.json')
  }

  return secure(await readKeys(args.key), { ciphers: args.ciphers, classic: args.classic })
}

async function readKeys (path: string): Promise<Keys> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (err) {
    throw new UsageError(`the key file cannot be used - ${(err as Error).message}`)
  }
}

async function secured (sec: SecureStream, socket: net.Socket, { timeout }: Arguments): Promise<PlainStream> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { sec.destroy(new HandshakeTimeoutError(timeout)) }, timeout)
    let error: Error | undefined

    sec.on('error', err => { error = err })
    sec.on('close', () => {
      clearTimeout(timer)
      reject(error ?? new Error('the connection was closed'))
    })
    sec.on('connection', stream => {
      clearTimeout(timer)
      resolve(stream)
    })
    sec.pipe(socket).pipe(sec)
  })
}

function describe ({ id }: PlainStream): string {
  return [id.cipher, id.group].filter(name => name != null).join(' with ')
}

function tell ({ quiet }: Arguments, text: string): void {
  if (!quiet) {
    process.stderr.write(`secure-peer: ${text}\n`)
  }
}

function requireNoMore (operands: string[]): void {
  if (operands.length > 0) {
    throw new UsageError(`what is ${operands.join(' ')}?`)
  }
}
