import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { expect } from 'aegir/chai'
import { MemoryDatastore } from 'datastore-core'
import { FsDatastore } from 'datastore-fs'
import { createLibp2p } from 'libp2p'
import { securePeer } from '../../src/index.ts'
import { generateKeys, keysFromPrivateKey, publicKeyToPem } from '../../src/keys/index.ts'
import { knownPeersFile } from '../../src/known-peers/file.ts'
import { knownPeers } from '../../src/known-peers/index.ts'
import { peerIdFromAnyPublicKey } from '../../src/libp2p/keys.ts'
import { secure } from '../../src/stream/index.ts'
import { closed } from '../stream/events.ts'
import type { KnownPeers, ProvenPeer } from '../../src/known-peers/index.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { Libp2p } from 'libp2p'

type Store = [name: string, create: (folder: string) => KnownPeers, damage: (folder: string) => Promise<void>]

const STORES: Store[] = [
  ['a datastore in memory', () => knownPeers({ datastore: new MemoryDatastore() }), async () => {}],
  ['a datastore in files', folder => knownPeers({ datastore: new FsDatastore(join(folder, 'store')) }), damageAll],
  ['a file', folder => knownPeersFile(join(folder, 'known.json')), damageAll]
]

/* eslint-disable no-loop-func, max-nested-callbacks */

describe('known peers', () => {
  let folder: string
  let alice: ProvenPeer
  let eve: ProvenPeer

  before(async () => {
    alice = await peer()
    eve = await peer()
  })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'known-peers-'))
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  for (const [name, create, damage] of STORES) {
    describe(`in ${name}`, () => {
      let known: KnownPeers

      beforeEach(() => {
        known = create(folder)
      })

      it('should trust the first key of an address, and only that', async () => {
        expect(await known.check('host:1', alice)).to.include({ address: 'host:1', peerId: alice.peerId.toString(), type: 'Ed25519' })
        expect(await known.check('host:1', alice)).to.include({ peerId: alice.peerId.toString() })
        expect(await known.check('host:2', eve)).to.include({ peerId: eve.peerId.toString() })

        const err = await known.check('host:1', eve).catch(err => err)
        expect(err).to.include({ name: 'KnownPeerChangedError', code: 'ERR_IDENTITY_REJECTED', came: eve.peerId.toString() })
        expect(err.message).to.match(new RegExp(`^ERR_IDENTITY_REJECTED: host:1 is known as ${alice.peerId} since 20.*Z, but ${eve.peerId} came$`))
        expect(err.known).to.include({ address: 'host:1', peerId: alice.peerId.toString() })
        expect(err.reason).to.not.include(alice.peerId.toString())
        expect(await list(known)).to.deep.equal(['host:1', 'host:2'])
      })

      it('should list, add and remove', async () => {
        await known.add('host:1', eve.publicKey)
        await known.add('host:1', alice.publicKey)
        await known.add('host:2', alice.publicKey)

        expect(await list(known)).to.deep.equal(['host:1', 'host:2'])
        expect(await known.remove('host:1')).to.be.true()
        expect(await known.remove('host:1')).to.be.false()
        expect(await list(known)).to.deep.equal(['host:2'])
        await known.check('host:1', eve)
        expect(await known.check('host:1', alice).catch(err => err.name)).to.equal('KnownPeerChangedError')
      })

      it('should let in one of two that come first at the same time', async () => {
        const results = await Promise.allSettled([known.check('host:1', alice), known.check('host:1', eve), known.check('host:1', alice), known.check('host:1', eve)])

        expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
        expect(await list(known)).to.deep.equal(['host:1'])
      })

      it('should keep all that come at the same time from different addresses', async () => {
        const addresses = Array.from({ length: 30 }, (_, i) => `host:${i}`)
        await Promise.all(addresses.map(async address => known.check(address, alice)))

        expect(await list(known)).to.deep.equal(addresses.sort())
      })

      it('should tell addresses apart that look alike', async () => {
        const addresses = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/10', 'HOST:1', 'host:1', '', '../x', 'ä'.repeat(400)]
        await Promise.all(addresses.map(async address => known.check(address, alice)))

        expect(await list(known)).to.deep.equal(addresses.sort())
      })

      if (damage === damageAll) {
        it('should trust nobody when what is known is damaged', async () => {
          await known.check('host:1', alice)
          await damage(folder)

          for (const came of [alice, eve]) {
            const err = await known.check('host:1', came).catch(err => err)
            expect(err).to.include({ name: 'KnownPeersStoreError', code: 'ERR_IDENTITY_REJECTED' })
          }

          await expect(list(known)).to.eventually.be.rejected.with.property('name', 'KnownPeersStoreError')
        })
      }
    })
  }

  it('should share one datastore safely', async () => {
    const datastore = new MemoryDatastore()
    const results = await Promise.allSettled([alice, eve].map(async peer => knownPeers({ datastore }).check('host:1', peer)))

    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected'])
  })

  it('should refuse when the datastore fails', async () => {
    const datastore = new MemoryDatastore()
    datastore.put = async () => { throw new Error('disk full') }

    const err = await knownPeers({ datastore }).check('host:1', alice).catch(err => err)
    expect(err).to.have.property('name', 'KnownPeersStoreError')
    expect(err.message).to.include('disk full')
  })

  describe('in a file of several processes', () => {
    it('should let in one of two keys at every address, whoever is first', async () => {
      const path = join(folder, 'known.json')
      const results = await Promise.all([alice, eve, alice, eve].map(async ({ publicKey }) => holder(path, publicKeyToPem(publicKey))))

      for (let i = 0; i < 20; i++) {
        expect([true, false]).to.include(results[0][i])
        expect(results.map(result => result[i])).to.deep.equal([results[0][i], !results[0][i], results[0][i], !results[0][i]])
      }

      expect(await list(knownPeersFile(path))).to.have.lengthOf(20)
      expect(await readdir(folder)).to.deep.equal(['known.json'])
    })

    it('should trust nobody when an address is there with two keys', async () => {
      const path = join(folder, 'known.json')
      await knownPeersFile(path).check('host:1', alice)
      const [entry] = JSON.parse(await readFile(path, 'utf8'))
      await writeFile(path, JSON.stringify([entry, { ...entry, peerId: eve.peerId.toString() }]))

      for (const came of [alice, eve]) {
        const err = await knownPeersFile(path).check('host:1', came).catch(err => err)
        expect(err).to.include({ name: 'KnownPeersStoreError', code: 'ERR_IDENTITY_REJECTED' })
      }
    })

    it('should hold the old file or the new one whenever its writer is killed', async () => {
      const path = join(folder, 'known.json')
      await knownPeersFile(path).check('first:1', alice)

      for (let i = 0; i < 6; i++) {
        const child = spawn(process.execPath, holderArguments(path), { stdio: ['pipe', 'ignore', 'inherit'] })
        child.stdin.end(publicKeyToPem(alice.publicKey))
        const interval = setInterval(() => {
          // in the middle of its writes, as soon as there are some
          void readdir(folder).then(names => { names.some(name => name.endsWith('.lock')) && child.kill('SIGKILL') })
        }, 1 + i)
        await once(child, 'exit')
        clearInterval(interval)

        expect(await list(knownPeersFile(path))).to.include('first:1')
        expect(await knownPeersFile(path).check('first:1', eve).catch(err => err.name)).to.equal('KnownPeerChangedError')
      }
    })

    it('should not wait for a process that is gone, and not take a living one\'s lock', async function () {
      const path = join(folder, 'known.json')
      const child = spawn(process.execPath, ['-e', ''])
      await once(child, 'exit')
      await writeFile(`${path}.lock`, `${child.pid}\n`)
      await knownPeersFile(path).check('host:1', alice)

      await writeFile(`${path}.lock`, `${process.ppid}\n`)
      const err = await knownPeersFile(path).check('host:1', alice).catch(err => err)
      expect(err).to.have.property('name', 'KnownPeersStoreError')
      expect(err.message).to.include('known.json.lock is held by another process')
    })

    it('should be readable to its owner only', async () => {
      const path = join(folder, 'known.json')
      await knownPeersFile(path).check('host:1', alice)

      expect((await stat(path)).mode & 0o777).to.equal(0o600)
      expect(JSON.parse(await readFile(path, 'utf8'))).to.have.lengthOf(1)
    })

    it('should say which file it cannot use', async () => {
      const path = join(folder, 'missing', 'known.json')

      expect(await knownPeersFile(path).check('host:1', alice).catch(err => err.message)).to.include(path)
    })
  })

  describe('of a libp2p node', () => {
    const nodes: Libp2p[] = []

    afterEach(async () => {
      await Promise.all(nodes.splice(0).map(async node => node.stop()))
    })

    it('should be kept in the node\'s datastore, and be a service of it', async () => {
      const known = knownPeers()
      const datastore = new MemoryDatastore()
      const dialer = await start(known, undefined, datastore)
      const listener = await start()
      const address = plain(listener)
      await dialer.dial(address)

      expect(dialer.services.knownPeers).to.equal(known)
      expect(await list(known)).to.deep.equal([address.toString()])
      expect(await list(knownPeers({ datastore }))).to.deep.equal([address.toString()])
    })

    it('should refuse another key at a known address, and say both', async () => {
      const known = knownPeers()
      const dialer = await start(known)
      const listener = await start()
      const address = plain(listener)
      await dialer.dial(address)
      await listener.stop()

      const impostor = await start(undefined, undefined, undefined, address.toString())
      const err = await dialer.dial(address).catch(err => err)
      expect(err.message).to.include(`${address} is known as ${listener.peerId}`).and.include(`${impostor.peerId} came`)

      await known.remove(address.toString())
      expect((await dialer.dial(address)).remotePeer.equals(impostor.peerId)).to.be.true()
    })

    it('should not mind dials to a PeerId, nor inbound connections', async () => {
      const known = knownPeers()
      const dialer = await start(known)
      const listener = await start(known)
      await dialer.dial(listener.getMultiaddrs()[0])

      expect(await list(known)).to.deep.equal([])
    })

    it('should let in the same RSA key again', async () => {
      const known = knownPeers()
      const dialer = await start(known)
      const listener = await start(undefined, await generateKeyPair('RSA', 2048))
      const connection = await dialer.dial(plain(listener))
      await connection.close()
      await dialer.dial(plain(listener))

      expect(await list(known)).to.have.lengthOf(1)
    })

    it('should refuse everybody without a datastore', async () => {
      const known = knownPeers()
      const dialer = await createLibp2p({ transports: [tcp()], streamMuxers: [yamux()], connectionEncrypters: [securePeer({ identify: known })] })
      nodes.push(dialer)
      const listener = await start()

      await expect(dialer.dial(plain(listener))).to.eventually.be.rejectedWith('no datastore')
    })

    async function start (known?: KnownPeers, privateKey?: PrivateKey, datastore?: Datastore, address = '/ip4/127.0.0.1/tcp/0'): Promise<Libp2p<{ knownPeers: KnownPeers | undefined }>> {
      const node = await createLibp2p({
        privateKey,
        datastore,
        addresses: { listen: [address] },
        transports: [tcp()],
        streamMuxers: [yamux()],
        connectionEncrypters: [securePeer({ identify: known })],
        services: { knownPeers: (components: { datastore: Datastore }) => known?.service(components) }
      })
      nodes.push(node)

      return node
    }
  })

  describe('of the stream API', () => {
    for (const options of [{}, { classic: true }]) {
      it(`should refuse another key at a known address ${options.classic === true ? 'over 0.2' : 'over 1.0'}`, async () => {
        const [ours, theirs, others] = await Promise.all([generateKeys(), generateKeys(), generateKeys()])
        const known = knownPeersFile(join(folder, 'known.json'))
        let keys = theirs

        const server = net.createServer(socket => {
          const sec = secure(keys, options)(stream => { stream.end('beep boop') })
          sec.pipe(socket).pipe(sec)
        })
        server.listen(0)
        await once(server, 'listening')
        const { port } = server.address() as net.AddressInfo

        const dial = async (): Promise<string> => {
          const socket = net.connect(port)
          const sec = secure(ours, options)()
          sec.on('identify', known.at(`localhost:${port}`))
          sec.pipe(socket).pipe(sec)
          const [stream] = await once(sec, 'connection')
          stream.end()

          return text(stream)
        }

        expect(await dial()).to.equal('beep boop')
        expect(await dial()).to.equal('beep boop')
        keys = others
        await expect(dial()).to.eventually.be.rejectedWith(`localhost:${port} is known as`).with.property('name', 'KnownPeerChangedError')
        keys = theirs
        expect(await dial()).to.equal('beep boop')
        server.close()
      })
    }

    it('should close both ends of a refused connection', async () => {
      const keys = keysFromPrivateKey(await generateKeyPair('Ed25519'))
      const path = join(folder, 'known.json')
      await knownPeersFile(path).add('b', eve.publicKey)
      const [a, b] = [secure(keys)(), secure(keys)()]
      a.on('identify', knownPeersFile(path).at('b'))
      const ends = Promise.all([closed(a), closed(b)])
      a.pipe(b).pipe(a)
      const [left, right] = await ends

      expect(left).to.have.property('name', 'KnownPeerChangedError')
      expect(right).to.include({ name: 'RejectedError', reason: 'not the known key of this address' })
    })
  })
})

async function peer (): Promise<ProvenPeer> {
  const { publicKey } = await generateKeyPair('Ed25519')

  return { publicKey, peerId: peerIdFromAnyPublicKey(publicKey) }
}

async function list (known: KnownPeers): Promise<string[]> {
  const addresses: string[] = []

  for await (const { address } of known.list()) {
    addresses.push(address)
  }

  return addresses.sort()
}

// an address without the PeerId at its end
function plain (node: Libp2p): ReturnType<Libp2p['getMultiaddrs']>[0] {
  return node.getMultiaddrs()[0].decapsulate('/p2p')
}

async function damageAll (folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      await chmod(path, 0o600)
      await writeFile(path, (await readFile(path, 'utf8')).slice(0, -9))
    }
  }
}

// holder.ts from the source, holder.js from dist
function holderArguments (path: string): string[] {
  return [fileURLToPath(new URL(`holder${import.meta.url.slice(-3)}`, import.meta.url)), path]
}

async function holder (path: string, pem: string): Promise<Array<boolean | string>> {
  const child = spawn(process.execPath, holderArguments(path), { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(pem)

  return JSON.parse(await text(child.stdout))
}
