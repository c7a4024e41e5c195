import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { formatKnownPeers, KnownPeersStoreError, parseKnownPeers } from './known-peer.ts'
import { Mutex } from './store.ts'
import type { KnownPeer } from './known-peer.ts'
import type { KnownPeersStore } from './store.ts'

/** Milliseconds for which a file that another process changes is waited for. */
const LOCK_TIMEOUT = 5_000

/** Milliseconds between two looks at its lock. */
const LOCK_INTERVAL = 10

/** Readable and writable by its owner only. */
const MODE = 0o600

// all of a process wait in one queue for each file, and only the first for its lock
const mutex = new Mutex()

/**
 * Known peers in a JSON file that a person can read, address by address. It is
 * replaced as a whole, so that a crash leaves the old file or the new one; a
 * lock file keeps several processes from undoing one another's changes.
 */
export class FileKnownPeers implements KnownPeersStore {
  readonly #path: string

  constructor (path: string) {
    this.#path = resolve(path)
  }

  async get (address: string): Promise<KnownPeer | undefined> {
    return (await this.#read()).get(address)
  }

  async put (peer: KnownPeer): Promise<void> {
    const peers = await this.#read()
    peers.set(peer.address, peer)
    await this.#write(peers)
  }

  async delete (address: string): Promise<boolean> {
    const peers = await this.#read()
    const known = peers.delete(address)

    if (known) {
      await this.#write(peers)
    }

    return known
  }

  async * list (): AsyncGenerator<KnownPeer> {
    yield * (await this.#read()).values()
  }

  async exclusively<T> (_address: string, action: () => Promise<T>): Promise<T> {
    return mutex.run(this.#path, async () => {
      const unlock = await lock(`${this.#path}.lock`)

      try {
        return await action()
      } finally {
        await unlock()
      }
    })
  }

  async #read (): Promise<Map<string, KnownPeer>> {
    try {
      return parseKnownPeers(await readFile(this.#path, 'utf8'))
    } catch (err) {
      if (codeOf(err) === 'ENOENT') {
        return new Map()
      }

      throw new KnownPeersStoreError(`the known peers in ${this.#path} cannot be read`, { cause: err })
    }
  }

  async #write (peers: Map<string, KnownPeer>): Promise<void> {
    const temporary = `${this.#path}.${randomUUID()}.tmp`

    try {
      const file = await open(temporary, 'wx', MODE)

      try {
        await file.writeFile(formatKnownPeers(peers.values()))
        await file.sync()
      } finally {
        await file.close()
      }

      await rename(temporary, this.#path)
    } catch (err) {
      await unlink(temporary).catch(() => {})
      throw new KnownPeersStoreError(`the known peers in ${this.#path} cannot be written`, { cause: err })
    }

    await syncFolder(dirname(this.#path))
  }
}

// so that the new name outlives a crash of the machine; Windows has no such call
async function syncFolder (path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(async () => folder.close())
  } catch (err) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes(codeOf(err) ?? '')) {
      throw err
    }
  }
}

/** @returns what unlocks */
async function lock (path: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + LOCK_TIMEOUT

  while (!await tryLock(path)) {
    if (await isAbandoned(path)) {
      await takeAway(path)
    } else if (Date.now() > deadline) {
      throw new KnownPeersStoreError(`${path} is held by another process; remove it if that no longer runs`)
    } else {
      await delay(LOCK_INTERVAL)
    }
  }

  return async () => unlink(path)
}

// linked, so that a lock never is without the number of its process
async function tryLock (path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}.tmp`

  try {
    await writeFile(own, `${process.pid}\n`, { mode: MODE })
    await link(own, path)

    return true
  } catch (err) {
    if (codeOf(err) === 'EEXIST') {
      return false
    }

    throw new KnownPeersStoreError(`${path} cannot be created`, { cause: err })
  } finally {
    await unlink(own).catch(() => {})
  }
}

// whether the process that made the lock is gone without removing it
async function isAbandoned (path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''))

  // it was just removed
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) {
    return false
  }

  try {
    process.kill(pid, 0)

    return false
  } catch (err) {
    return codeOf(err) === 'ESRCH'
  }
}

// moved first: of several processes that find it, one has it
async function takeAway (path: string): Promise<void> {
  const abandoned = `${path}.${randomUUID()}.tmp`

  await rename(path, abandoned).then(async () => unlink(abandoned)).catch(() => {})
}

function codeOf (err: unknown): string | undefined {
  return (err as NodeJS.ErrnoException | undefined)?.code
}
